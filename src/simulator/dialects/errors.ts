import type { Refusal } from "../checks/check.ts";
import type { Dialect } from "./dialect.ts";

/** Seconds that a throttled client is told to wait. */
export const WAIT_SECONDS = 2;

/** The body of an error in a seller's own shape. */
export function errorObject(shape: Dialect["errors"], { status, code, message }: Refusal): object {
  switch (shape) {
    case "openai":
      return { error: { message, type: "invalid_request_error", param: null, code } };
    case "fastapi":
      return { detail: status === 422 ? [{ loc: ["body"], msg: message, type: code }] : message };
    case "object-error":
      return { object: "error", message, type: code, param: null, code: status };
    case "message":
      return { message };
    case "error-text":
      return { error: message, error_type: code };
    case "databricks":
      return { error: { message, type: code, code: status, ...(status === 429 ? HIT : {}) } };
    case "google":
      return { error: { code: status, message, status: code.toUpperCase() } };
  }
}

const HIT = { limit_type: "output_tokens_per_minute", limit: 5000, current: 5200, retry_after: WAIT_SECONDS };

import { failure, type Failure } from "../core/failure.ts";
import type { HttpRequest, WholeResponse } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Time } from "../time/time.ts";
import { exchange, type ResponseHeaders } from "./exchange.ts";
import type { Pool } from "./pool.ts";

export type WholeExchange =
  | { readonly ok: true; readonly response: WholeResponse }
  | { readonly ok: false; readonly failure: Failure };

/** One untimed exchange whose body is read whole, as text, up to a limit. Never throws. */
export async function wholeExchange(
  pool: Pool,
  request: HttpRequest,
  limits: Timeouts,
  bytesMax: number,
  time: Time,
): Promise<WholeExchange> {
  const connection = pool.take();
  const chunks: Buffer[] = [];
  let headers: ResponseHeaders = {};
  let bytes = 0;
  const { control, result } = exchange(connection, request, limits, time, {
    onHeaders: (_status, received) => (headers = received),
    onData: (chunk) => {
      control.contentSeen();
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(Buffer.from(chunk));
      else control.abort(failure("too-large", { detail: `over ${bytesMax} bytes` }));
    },
  });
  const { sent, status, error } = await result;
  pool.give(connection, sent !== null && error === null);
  if (error !== null) return { ok: false, failure: error };
  return { ok: true, response: { status: status ?? 0, headers, body: Buffer.concat(chunks).toString("utf8") } };
}

import { failure } from "../core/failure.ts";
import type { Timeouts } from "../core/run.ts";
import type { Time } from "../time/time.ts";
import { exchange, type Control } from "../transport/exchange.ts";
import type { Pool } from "../transport/pool.ts";

/** Of a server on this host, which is waited for no longer than a person would. */
const LIMITS: Timeouts = { connectMs: 2000, firstContentMs: 5000, idleMs: 5000, totalMs: 60_000 };
const BYTES_MAX = 64 * 1024 * 1024;

/** The body of a GET from a server on this host; what there is of it when it fails or is over 64 MiB. */
export async function getText(pool: Pool, url: string, time: Time, signal: AbortSignal): Promise<string> {
  const connection = pool.take();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const call = exchange(connection, { method: "GET", url, headers: {}, body: null }, LIMITS, time, {
    onHeaders: () => undefined,
    onData: (chunk) => {
      bytes += chunk.length;
      if (bytes <= BYTES_MAX) chunks.push(Buffer.from(chunk));
    },
  });
  const { sent } = await untilAborted(signal, call);
  pool.give(connection, sent !== null);
  return Buffer.concat(chunks).toString("utf8");
}

/** The result of an exchange, which ends with the signal at the latest. */
export async function untilAborted<T>(
  signal: AbortSignal,
  call: { readonly control: Control; readonly result: Promise<T> },
): Promise<T> {
  const end = (): void => call.control.abort(failure("network", { detail: "no longer waited for" }));
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const result = await call.result;
  signal.removeEventListener("abort", end);
  return result;
}

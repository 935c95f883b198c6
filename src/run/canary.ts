import { failure } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import type { HttpRequest, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Us } from "../core/units.ts";
import type { RealTime } from "../time/time.ts";
import { exchange } from "../transport/exchange.ts";
import { openPool, type Pool } from "../transport/pool.ts";
import { readResponse, sha256 } from "./response.ts";

/** One endless answer to measure ourselves by: its server writes down when it wrote each event. */
export interface Canary {
  /**
   * Ends the stream.
   *
   * @returns for each event read, how long after its write we stamped it, milliseconds; and how late the server itself
   *   wrote, p99 in milliseconds, null when it does not say
   */
  stop(): Promise<{ readonly errorsMs: readonly number[]; readonly serverLatenessMsP99: number | null }>;
}

/** Events of one answer; the server sends one every 50 ms. Long, so that a day's run fits the server's ledger. */
const EVENTS = 400;
const LEDGER_WAIT_US = 1_000_000;
const LEDGER_POLL_MS = 20;
const LEDGER_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Keeps one stream from a server on this host running beside a measurement, through the same client code. Both processes
 * share the monotonic clock, so stamp and ledger subtract directly.
 *
 * @param origin of a server whose profile `canary` has known timing, with `GET /ledger` and `GET /stats`
 */
export function startCanary(origin: string, runId: string, wire: Wire, limits: Timeouts, time: RealTime): Canary {
  const pool = openPool(origin, { timeoutMs: limits.connectMs, ca: null }, time, () => 0);
  const stampsByPrompt = new Map<string, readonly Us[]>();
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    for (let i = 0; !stopping.signal.aborted; i += 1) {
      const prompt = `canary ${runId} ${i}`;
      const request = wire.request({
        baseUrl: `${origin}/canary/v1`,
        endpoint: "/chat/completions",
        modelId: "canary",
        messages: [{ role: "user", content: prompt }],
        maxOutputTokens: EVENTS,
        extraBody: {},
        parameters: {},
      });
      const stamps = await streamStamps(pool, request, wire, limits, time, stopping.signal);
      // A server that does not answer would be asked in a tight loop: rather no reading than a disturbed run.
      if (stamps.length === 0) return;
      stampsByPrompt.set(sha256(prompt), stamps);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      const ledger = await wholeLedger(pool, origin, stampsByPrompt.size, limits, time);
      const stats = await get(pool, `${origin}/stats`, limits, time);
      await pool.close();
      const errorsMs = ledger.split("\n").flatMap((line) => errorsOf(line, stampsByPrompt, time));
      return { errorsMs, serverLatenessMsP99: latenessOf(stats) };
    },
  };
}

/** Stamps of the content events of one answer, however it ended. */
async function streamStamps(
  pool: Pool,
  request: HttpRequest,
  wire: Wire,
  limits: Timeouts,
  time: RealTime,
  signal: AbortSignal,
): Promise<readonly Us[]> {
  const connection = pool.take();
  const reader = readResponse(wire, {
    contentSeen: () => call.control.contentSeen(),
    failed: (because) => call.control.abort(because),
  });
  const call = exchange(connection, request, limits, time, reader);
  const end = (): void => call.control.abort(failure("network", { detail: "canary stopped" }));
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const { sent } = await call.result;
  signal.removeEventListener("abort", end);
  pool.give(connection, sent !== null);
  return reader.response.contentUs;
}

/** The canary's part of the ledger, once the server has seen that the last stream was ended; at the latest after a second. */
async function wholeLedger(
  pool: Pool,
  origin: string,
  streams: number,
  limits: Timeouts,
  time: RealTime,
): Promise<string> {
  const giveUpUs = time.now() + LEDGER_WAIT_US;
  for (;;) {
    const ledger = await get(pool, `${origin}/ledger?profile=canary`, limits, time);
    const records = ledger.split("\n").filter((line) => line !== "").length;
    if (records >= streams || time.now() > giveUpUs) return ledger;
    await new Promise<void>((resolve) => void time.after(LEDGER_POLL_MS, resolve));
  }
}

/** The body of a small answer; empty when there is none. */
async function get(pool: Pool, url: string, limits: Timeouts, time: RealTime): Promise<string> {
  const connection = pool.take();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const { result } = exchange(connection, { method: "GET", url, headers: {}, body: null }, limits, time, {
    onHeaders: () => undefined,
    onData: (chunk) => {
      bytes += chunk.length;
      if (bytes <= LEDGER_BYTES_MAX) chunks.push(Buffer.from(chunk));
    },
  });
  const { sent } = await result;
  pool.give(connection, sent !== null);
  return Buffer.concat(chunks).toString("utf8");
}

function errorsOf(line: string, stampsByPrompt: ReadonlyMap<string, readonly Us[]>, time: RealTime): number[] {
  const record = parsed(line);
  const { promptHash, received, events } = record;
  if (typeof promptHash !== "string" || typeof received !== "string" || !Array.isArray(events)) return [];
  const stamps = stampsByPrompt.get(promptHash) ?? [];
  const receivedNs = Number(BigInt(received) - time.originNs);
  // What was written after we had stopped reading has no stamp.
  return stamps.slice(0, events.length).map((stampUs, i) => stampUs / 1000 - (receivedNs + Number(events[i])) / 1e6);
}

function latenessOf(stats: string): number | null {
  const { lateness } = parsed(stats);
  return isObject(lateness) && typeof lateness["p99Us"] === "number" ? lateness["p99Us"] / 1000 : null;
}

function parsed(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

import type { HttpRequest, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import { usFromMs, type Us } from "../core/units.ts";
import type { RealTime } from "../time/time.ts";
import { waitUntil } from "../time/wait.ts";
import { exchange } from "../transport/exchange.ts";
import { openPool, type Pool } from "../transport/pool.ts";
import { DIRECT } from "../transport/route.ts";
import { errorsByLedger, latenessByStats } from "./canary-ledger.ts";
import { getText, untilAborted } from "./get-text.ts";
import { readResponse, sha256 } from "./response.ts";

/** One endless answer to measure ourselves by: its server writes down when it wrote each event. */
export interface Canary {
  /**
   * Ends the stream; takes two seconds at most, whatever the server does.
   *
   * @returns for each event read, how long after its write we stamped it, milliseconds; and how late the server itself
   *   wrote, p99 in milliseconds, null when it does not say
   */
  stop(): Promise<{ readonly errorsMs: readonly number[]; readonly serverLatenessMsP99: number | null }>;
}

/** Events of one answer; the server sends one every 50 ms. Long, so that a day's run fits the server's ledger. */
const EVENTS = 400;
/** No more answers than the ledger keeps: after some 55 hours the reading ends, and what was read stands. */
const STREAMS_MAX = 10_000;
/** After an answer that was cut short: rather a gap in the reading than a run disturbed by asking in a tight loop. */
const PAUSE_MS = 1000;
/** Of its own, since a run may allow a slow provider an hour. */
const LIMITS: Timeouts = { connectMs: 2000, firstContentMs: 5000, idleMs: 5000, totalMs: 60_000 };
const STOP_MS_MAX = 2000;
const LEDGER_POLL_MS = 20;

/**
 * Keeps one stream from a server on this host running beside a measurement, through the same client code. Both processes
 * share the monotonic clock, so stamp and ledger subtract directly. It reads over plain HTTP also when the targets speak
 * TLS: how late this event loop comes to its sockets shows in either, and what decryption adds, some ten microseconds an
 * event, is for a test of the machine rather than for each run.
 *
 * @param origin of a server whose profile `canary` has known timing, with `GET /ledger` and `GET /stats`
 */
export function startCanary(origin: string, runId: string, wire: Wire, time: RealTime): Canary {
  const pool = openPool(origin, { ...DIRECT, timeoutMs: LIMITS.connectMs }, time, () => 0);
  const stampsByPrompt = new Map<string, readonly Us[]>();
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    for (let i = 0; i < STREAMS_MAX && !stopping.signal.aborted; i += 1) {
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
      const stamps = await streamStamps(pool, request, wire, time, stopping.signal);
      if (stamps.length > 0) stampsByPrompt.set(sha256(prompt), stamps);
      if (stamps.length < EVENTS) await waitUntil(time, time.now() + usFromMs(PAUSE_MS), stopping.signal);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      const late = new AbortController();
      const cancel = time.after(STOP_MS_MAX, () => late.abort());
      const [ledger, stats] = await Promise.all([
        wholeLedger(pool, origin, stampsByPrompt.size, time, late.signal),
        getText(pool, `${origin}/stats`, time, late.signal),
      ]);
      cancel();
      await pool.close();
      return {
        errorsMs: errorsByLedger(ledger, stampsByPrompt, time.originNs),
        serverLatenessMsP99: latenessByStats(stats),
      };
    },
  };
}

/** Stamps of the content events of one answer, however it ended. */
async function streamStamps(
  pool: Pool,
  request: HttpRequest,
  wire: Wire,
  time: RealTime,
  signal: AbortSignal,
): Promise<readonly Us[]> {
  const connection = pool.take();
  const reader = readResponse(wire, {
    contentSeen: () => call.control.contentSeen(),
    failed: (because) => call.control.abort(because),
  });
  const call = exchange(connection, request, LIMITS, time, reader);
  const { sent } = await untilAborted(signal, call);
  pool.give(connection, sent !== null);
  return reader.response.contentUs;
}

/** The canary's part of the ledger, once the server has seen that the last stream was ended. */
async function wholeLedger(
  pool: Pool,
  origin: string,
  streams: number,
  time: RealTime,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const ledger = await getText(pool, `${origin}/ledger?profile=canary`, time, signal);
    const records = ledger.split("\n").filter((line) => line !== "").length;
    if (records >= streams || signal.aborted) return ledger;
    await waitUntil(time, time.now() + usFromMs(LEDGER_POLL_MS), signal);
  }
}

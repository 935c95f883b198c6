import type { HttpRequest, Settlement, StreamPart, WholeResponse } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import type { Pool } from "../transport/pool.ts";
import { wholeExchange } from "../transport/whole-exchange.ts";
import { isTrusted, waited, type Call } from "./exchanges.ts";
import { applyPart, type Response } from "./response.ts";

/** A record that is not there by then is not waited for. */
const LIMITS: Timeouts = { connectMs: 2000, firstContentMs: 5000, idleMs: 5000, totalMs: 5000 };
const RECORD_BYTES_MAX = 16 * 1024 * 1024;
/** One that is still being written is asked for again so often, after a pause that doubles: 3 s in all. */
const ASKS_MAX = 6;
const FIRST_PAUSE_MS = 100;

/** Asks, off the clock, for what a provider tells of a call only after it, and adds it to the response. Never throws. */
export async function settle(response: Response, steps: readonly WholeResponse[], call: Call): Promise<void> {
  const settlement = call.wire.settle?.(steps) ?? null;
  const url = settlement === null ? null : URL.parse(settlement.request.url);
  if (settlement === null || url === null || !isTrusted(url, call)) return;
  const pool = call.pools.at(url.origin);
  const authorized = await call.authorize(settlement.request);
  if (pool === null || !authorized.ok) return;
  // What broke off may go on for long at the service: its record is not waited for.
  const asksMax = response.done ? ASKS_MAX : 1;
  for (let asked = 1; asked <= asksMax; asked += 1) {
    const parts = await ask(pool, authorized.request, settlement, call);
    for (const part of parts ?? []) if (part.type !== "error") applyPart(response, part);
    if (parts !== null || asked === asksMax) return;
    await waited(FIRST_PAUSE_MS * 2 ** (asked - 1), call);
    if (call.signal.aborted) return;
  }
}

/** What the record says now; null when it is still being written. */
async function ask(
  pool: Pool,
  request: HttpRequest,
  settlement: Settlement,
  { time }: Call,
): Promise<readonly StreamPart[] | null> {
  const asked = await wholeExchange(pool, request, LIMITS, RECORD_BYTES_MAX, time);
  return asked.ok ? settlement.read(asked.response) : [];
}

import type { WholeResponse } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import { wholeExchange } from "../transport/whole-exchange.ts";
import { isTrusted, type Call } from "./exchanges.ts";
import { applyPart, type Response } from "./response.ts";

/** A record that is not there by then is not waited for. */
const LIMITS: Timeouts = { connectMs: 2000, firstContentMs: 5000, idleMs: 5000, totalMs: 5000 };
const RECORD_BYTES_MAX = 16 * 1024 * 1024;

/** Asks once, off the clock, for what a provider tells of a call only after it, and adds it to the response. Never throws. */
export async function settle(response: Response, steps: readonly WholeResponse[], call: Call): Promise<void> {
  const settlement = call.wire.settle?.(steps) ?? null;
  const url = settlement === null ? null : URL.parse(settlement.request.url);
  if (settlement === null || url === null || !isTrusted(url, call)) return;
  const pool = call.pools.at(url.origin);
  const authorized = await call.authorize(settlement.request);
  if (pool === null || !authorized.ok) return;
  const asked = await wholeExchange(pool, authorized.request, LIMITS, RECORD_BYTES_MAX, call.time);
  if (!asked.ok) return;
  for (const part of settlement.read(asked.response)) if (part.type !== "error") applyPart(response, part);
}

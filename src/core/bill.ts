import type { Observation } from "./observation.ts";
import type { Usage } from "./provider.ts";

/** Tokens that one call is billed for. */
export interface BilledTokens {
  readonly input: number;
  readonly output: number;
  /** Those of the input that came from a prefix cache. */
  readonly cached: number;
}

const NOTHING: BilledTokens = { input: 0, output: 0, cached: 0 };

/** No model takes in and gives back more in one call: the longest context that was announced (Llama 4 Scout, April 2025). */
const CALL_TOKENS_MAX = 10_000_000;

/** Usage as far as it can be true: counts that no model can have are as unknown as none, whatever is billed for them. */
export function credibleUsage(usage: Usage | null): Usage | null {
  if (usage === null) return null;
  const tokens = (usage.input ?? 0) + (usage.output ?? 0);
  return Math.max(tokens, usage.cached ?? 0) > CALL_TOKENS_MAX ? null : usage;
}

/** No key, no money, no such model, too many requests: sellers turn these away before a token is read. */
const TURNED_AWAY: ReadonlySet<number | null> = new Set([401, 402, 403, 404, 429]);

/** Where only the end is known, a request was sent unless no connection opened for it. */
export function wasSent({ stamps, flags, failure }: Observation): boolean {
  if (stamps.sent !== null) return true;
  return flags.includes("end_only") && failure?.where !== "connect";
}

/**
 * What an attempt was billed for, as far as that is certain: its usage once the answer ended of its own accord, nothing when
 * it was never sent, asked no model, or was turned away at the door. Null when the seller may have billed something else: a time-out, a cut, an
 * error behind some text, or an end of our own making leaves at best a running total of what it had made by then.
 */
export function billedTokens(observation: Observation): BilledTokens | null {
  const { outcome, finish, request } = observation;
  if (!wasSent(observation) || request.maxOutputTokens === 0) return NOTHING;
  if (isTurnedAway(observation)) return NOTHING;
  const usage = credibleUsage(observation.usage);
  const hasEnded = outcome === "completed" || finish !== null;
  if (!hasEnded || usage === null || usage.input === null || usage.output === null) return null;
  return { input: usage.input, output: usage.output, cached: usage.cached ?? 0 };
}

/** What has begun to answer, or has taken a call on, is through the door, whatever status an error behind it states. */
function isTurnedAway({ failure }: Observation): boolean {
  return failure !== null && TURNED_AWAY.has(failure.status) && failure.where !== "stream";
}

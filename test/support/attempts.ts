import type { FailureKind } from "../../src/core/failure.ts";
import type { Observation } from "../../src/core/observation.ts";
import { answer, failed } from "./observations.ts";

/** A finished attempt as its breaker or retry policy sees it: what it failed with, null for an answer. */
export function attemptOf(of: {
  readonly kind: FailureKind | null;
  readonly pair?: number;
  readonly attempt?: number;
  readonly where?: string | null;
  readonly code?: string | null;
  readonly retryAfterMs?: number | null;
}): Observation {
  const place = { pair: of.pair ?? 0, attempt: of.attempt ?? 1 };
  if (of.kind === null) return answer({ ...place, ttftMs: 1, gapsMs: [1], tokens: 2 }).observation;
  const { observation } = failed({ ...place, kind: of.kind });
  const failure = { ...observation.failure!, where: of.where ?? null, code: of.code ?? null };
  const nothing = {
    limitRequests: null,
    remainingRequests: null,
    limitTokens: null,
    remainingTokens: null,
    windows: [],
  };
  return { ...observation, failure, rateLimit: { retryAfterMs: of.retryAfterMs ?? null, ...nothing } };
}

import { observationId, type Observation, type Reason } from "../core/observation.ts";
import { loadLabel, type Arrival, type Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import type { Us } from "../core/units.ts";
import type { Attempt } from "./call-once.ts";
import type { Prepared } from "./contender.ts";

/** Who an attempt is, as far as that is known before it leaves; a request that was never built has no bytes. */
export function identityOf(
  target: Target,
  scenario: Scenario,
  arrival: Arrival,
  attempt: number,
  prepared: Prepared | null,
): Attempt["identity"] {
  const { phase, pair } = arrival;
  return {
    id: observationId({ scenario: scenario.id, target: target.id, phase, pair, attempt }),
    target: target.id,
    scenario: scenario.id,
    load: loadLabel(scenario.load),
    slice: null,
    pair,
    turn: 0,
    attempt,
    phase,
    request: {
      inputTokens: prepared?.inputTokens ?? scenario.prompt.inputTokens,
      maxOutputTokens: scenario.prompt.outputTokens,
      bytes: prepared === null ? null : Buffer.byteLength(prepared.request.body ?? ""),
      promptHash: prepared?.promptHash ?? null,
    },
  };
}

/** The record of a planned attempt that never left. */
export function skippedObservation(
  identity: Attempt["identity"],
  scheduledUs: Us,
  reason: Reason | "dropped",
): Observation {
  return {
    v: 1,
    ...identity,
    stamps: {
      scheduled: scheduledUs,
      released: null,
      sent: null,
      written: null,
      headers: null,
      firstByte: null,
      firstContent: null,
      lastContent: null,
      end: null,
    },
    connection: null,
    outcome: reason === "dropped" ? "dropped" : "not-started",
    failure: null,
    reason: reason === "dropped" ? null : reason,
    finish: null,
    flags: [],
    usage: null,
    events: { content: 0, total: 0, coalesced: 0 },
    server: null,
    rateLimit: null,
    modelEchoed: null,
    response: { bytes: 0, chars: 0, textHash: null },
    cost: { reservedUsd: null, usd: null },
  };
}

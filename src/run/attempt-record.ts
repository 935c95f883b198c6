import type { Failure } from "../core/failure.ts";
import { observationId, type Observation, type Reason } from "../core/observation.ts";
import { loadLabel } from "../core/load.ts";
import type { Arrival, Scenario } from "../core/scenario.ts";
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
  const { phase, pair, turn, slice } = arrival;
  return {
    id: observationId({ scenario: scenario.id, target: target.id, phase, pair, attempt }),
    target: target.id,
    scenario: scenario.id,
    load: loadLabel(scenario.load),
    slice,
    pair,
    block: arrival.block,
    turn,
    attempt,
    phase,
    request: {
      inputTokens: prepared?.draft.inputTokens ?? arrival.inputTokens,
      maxOutputTokens: arrival.outputTokens,
      bytes: prepared === null ? null : Buffer.byteLength(prepared.plain.body ?? ""),
      promptHash: prepared?.promptHash ?? null,
      signingUs: prepared?.signingUs ?? null,
    },
  };
}

/** The record of a planned attempt that never left. */
export function skippedObservation(
  identity: Attempt["identity"],
  scheduledUs: Us,
  reason: Reason | "dropped",
): Observation {
  const outcome = reason === "dropped" ? "dropped" : "not-started";
  return { ...unsent(identity, scheduledUs), outcome, reason: reason === "dropped" ? null : reason };
}

/** The record of an attempt whose moment came, and which could not be signed in: it failed before anything was sent. */
export function unsignedObservation(
  identity: Attempt["identity"],
  scheduledUs: Us,
  atUs: Us,
  because: Failure,
): Observation {
  const record = unsent(identity, scheduledUs);
  return {
    ...record,
    stamps: { ...record.stamps, released: atUs, end: atUs },
    outcome: "failed",
    failure: because,
    reason: null,
  };
}

function unsent(identity: Attempt["identity"], scheduledUs: Us): Omit<Observation, "outcome" | "reason"> {
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
    failure: null,
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

import type { Observation } from "../../core/observation.ts";
import type { Arrival } from "../../core/scenario.ts";
import { unsignedObservation } from "../attempt-record.ts";
import type { Account } from "../budget.ts";
import type { Called } from "../call-once.ts";
import type { Contender, LaneContext } from "../contender.ts";
import type { Gate } from "../gate.ts";
import { redacted } from "../redacted.ts";
import { settlementOf } from "../reservation.ts";
import type { Round } from "./rounds.ts";

/** One attempt that is over. */
export interface Ended {
  readonly arrival: Arrival;
  readonly observation: Observation;
}

/** What lies between one target's requests and their records. */
export interface Books {
  readonly account: Account;
  readonly gate: Gate;
}

/** Settles an attempt, and puts it down. */
export function record(
  { target, redact }: Contender,
  { account, gate }: Books,
  { sink }: Pick<LaneContext, "sink">,
  round: Round,
  called: Called,
): Ended {
  const settled = settlementOf(target.price, called.observation);
  account.settle(round.reserved, settled);
  const cost = { reservedUsd: round.reserved.usd, usd: settled.usd };
  const observation = { ...redacted(called.observation, redact), cost };
  gate.ended(observation);
  sink.called({ ...called, observation });
  return { arrival: round.arrival, observation };
}

/** What becomes of an attempt that could not be signed in; null for one that could. */
export function unsignedCall({ identity, signed }: Round, nowUs: number): Called | null {
  if (signed.ok) return null;
  const observation = unsignedObservation(identity, nowUs, nowUs, signed.failure);
  return { observation, trace: null, text: null, head: null };
}

import type { Observation, Reason } from "../core/observation.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Us } from "../core/units.ts";
import type { Pool } from "../transport/pool.ts";
import { identityOf, skippedObservation } from "./attempt-record.ts";
import type { Account } from "./budget.ts";
import { callOnce, type Attempt } from "./call-once.ts";
import type { Contender, LaneContext, Prepared } from "./contender.ts";
import type { Gate } from "./gate.ts";
import { isPast, settlementOf, worstCase, type Reservation } from "./reservation.ts";

/** What the attempts of one lane go through. */
export interface Way {
  readonly pool: Pool;
  readonly gate: Gate;
  readonly account: Account;
  /** Why nothing leaves before the end; null while it may. */
  readonly stopped: (endUs: Us) => Reason | null;
}

/** Lets single attempts go, each with its money reserved and its intent written; null for one that did not leave. */
export function openAttempts(
  contender: Contender,
  scenario: Scenario,
  { pool, gate, account, stopped }: Way,
  { sink, time, timeouts, signal }: LaneContext,
): (prepared: Prepared, dueUs: Us, attempt: number) => Promise<Observation | null> {
  const { target, wire } = contender;
  const inFlightMax = scenario.load.kind === "open" ? scenario.load.maxInFlight : Number.POSITIVE_INFINITY;
  let inFlight = 0;

  const send = async (
    { request }: Prepared,
    identity: Attempt["identity"],
    scheduledUs: Us,
    reserved: Reservation,
  ): Promise<Observation> => {
    gate.left(identity.id);
    sink.intent({ id: identity.id, target: target.id, atUs: time.now(), reservedUsd: reserved.usd });
    inFlight += 1;
    const connection = pool.take();
    const attempt: Attempt = {
      identity,
      scheduledUs,
      request,
      isModel: contender.isModel,
      reservedUsd: reserved.usd,
      isPast: (soFar) => account.isCapped && isPast(target.price, reserved, identity.request, soFar),
    };
    const called = await callOnce(attempt, connection, wire, timeouts, time, signal);
    inFlight -= 1;
    pool.give(connection, called.observation.stamps.sent !== null);
    const settled = settlementOf(target.price, called.observation);
    account.settle(reserved, settled);
    const cost = { reservedUsd: reserved.usd, usd: settled.usd };
    const observation = { ...redacted(called.observation, contender.redact), cost };
    gate.ended(observation);
    sink.called({ ...called, observation });
    return observation;
  };
  /** Why an attempt may not leave; null when it may, and its worst case is reserved. */
  const refusal = (worst: Reservation): Reason | "dropped" | null => {
    const why = stopped(time.now());
    if (why !== null) return why;
    if (inFlight >= inFlightMax) return "dropped";
    return account.reserve(worst) ? null : "budget";
  };
  return async (prepared, dueUs, attempt) => {
    const identity = identityOf(target, scenario, prepared.arrival, attempt, prepared);
    const worst = worstCase(target.price, identity.request);
    const why = refusal(worst);
    if (why === null) return send(prepared, identity, dueUs, worst);
    sink.skipped(skippedObservation(identity, dueUs, why));
    return null;
  };
}

/** The observation with every text of the server's free of credentials. */
function redacted(observation: Observation, redact: (text: string) => string): Observation {
  const clean = (text: string | null): string | null => (text === null ? null : redact(text));
  const { failure, modelEchoed } = observation;
  return {
    ...observation,
    modelEchoed: clean(modelEchoed),
    failure: failure === null ? null : { ...failure, code: clean(failure.code), detail: clean(failure.detail) },
  };
}

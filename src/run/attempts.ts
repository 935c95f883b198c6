import type { Observation, Reason } from "../core/observation.ts";
import type { HttpRequest } from "../core/provider.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Us } from "../core/units.ts";
import type { Pools } from "../transport/pools.ts";
import { identityOf, skippedObservation, unsignedObservation } from "./attempt-record.ts";
import type { Account } from "./budget.ts";
import { callOnce, type Attempt, type Called } from "./call-once.ts";
import type { Contender, LaneContext, Prepared } from "./contender.ts";
import type { Gate } from "./gate.ts";
import { redacted, withoutPrompt } from "./redacted.ts";
import { isPast, settlementOf, worstCase, type Reservation } from "./reservation.ts";

/** What the attempts of one lane go through. */
export interface Way {
  readonly pools: Pools;
  readonly gate: Gate;
  readonly account: Account;
  /** Hears that what was signed so far is void. */
  readonly voided: () => void;
  /** Why nothing leaves before the end; null while it may. */
  readonly stopped: (endUs: Us) => Reason | null;
}

/** Lets single attempts go, each with its money reserved and its intent written; null for one that did not leave. */
export function openAttempts(
  contender: Contender,
  scenario: Scenario,
  { pools, gate, account, voided, stopped }: Way,
  { sink, time, timeouts, signal }: LaneContext,
): (prepared: Prepared, dueUs: Us, attempt: number) => Promise<Called | null> {
  const { target, wire } = contender;
  const inFlightMax = scenario.load.kind === "open" ? scenario.load.maxInFlight : Number.POSITIVE_INFINITY;
  let inFlight = 0;

  const call = async (
    request: HttpRequest,
    identity: Attempt["identity"],
    scheduledUs: Us,
    reserved: Reservation,
  ): Promise<Called> => {
    sink.intent({ id: identity.id, target: target.id, atUs: time.now(), reservedUsd: reserved.usd });
    inFlight += 1;
    const attempt: Attempt = {
      identity,
      scheduledUs,
      request,
      authorize: contender.authorize,
      isModel: contender.isModel,
      reservedUsd: reserved.usd,
      isPast: (soFar) => account.isCapped && isPast(target.price, reserved, identity.request, soFar),
    };
    const called = await callOnce(attempt, pools, wire, timeouts, time, signal);
    inFlight -= 1;
    const isRefused = called.observation.failure?.kind === "auth" && called.head !== null;
    if (isRefused && contender.refused(request, called.head)) voided();
    return called;
  };
  const send = async (
    { signed, arrival }: Prepared,
    identity: Attempt["identity"],
    scheduledUs: Us,
    reserved: Reservation,
  ): Promise<Called> => {
    gate.left(identity.id);
    const called = signed.ok
      ? await call(signed.request, identity, scheduledUs, reserved)
      : unsent(unsignedObservation(identity, scheduledUs, time.now(), signed.failure));
    const settled = settlementOf(target.price, called.observation);
    account.settle(reserved, settled);
    const cost = { reservedUsd: reserved.usd, usd: settled.usd };
    const clean = (text: string): string => withoutPrompt(contender.redact(text), arrival.material);
    const observation = { ...redacted(called.observation, clean), cost };
    gate.ended(observation);
    const whole = { ...called, observation };
    sink.called(whole);
    return whole;
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

/** What an attempt leaves behind that brought nothing. */
function unsent(observation: Observation): Called {
  return { observation, trace: null, text: null, head: null };
}

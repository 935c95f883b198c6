import type { Observation, Reason } from "../core/observation.ts";
import { observationId } from "../core/observation.ts";
import type { HttpRequest, Wire } from "../core/provider.ts";
import type { Timeouts } from "../core/run.ts";
import { loadLabel, type Arrival, type Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import type { Us } from "../core/units.ts";
import { promptOf } from "../scenario/prompts.ts";
import type { RealTime } from "../time/time.ts";
import type { Pool } from "../transport/pool.ts";
import type { Budget } from "./budget.ts";
import { callOnce, type Attempt, type Called } from "./call-once.ts";
import { isPast, settlementOf, worstCase, type Reservation } from "./reservation.ts";
import { sha256 } from "./response.ts";

/** A target with all that is needed to call it. */
export interface Contender {
  readonly target: Target;
  readonly wire: Wire;
  /** Adds credentials. Called outside timed requests. */
  readonly authorize: (request: HttpRequest) => Promise<HttpRequest>;
  /** Whether a model name in an answer is the one that was asked for. */
  readonly isModel: (echoed: string) => boolean;
  /** Address of the engine's own metrics; null when it has none. */
  readonly metricsUrl: string | null;
  /** Takes the target's credentials out of a text that came from outside: a server may echo them. */
  readonly redact: (text: string) => string;
}

/** Where the records of a run go. */
export interface Sink {
  /** On disk before it returns: what is in flight must be known after a kill. */
  intent(of: { id: string; target: string; atUs: Us; reservedUsd: number | null }): void;
  called(called: Called): void;
  /** A planned request that never left. */
  skipped(observation: Observation): void;
}

/** What all lanes of a run share. */
export interface LaneContext {
  readonly runId: string;
  readonly timeouts: Timeouts;
  readonly budget: Budget;
  readonly time: RealTime;
  readonly signal: AbortSignal;
  readonly sink: Sink;
  /** Reports that the run cannot go on (a full disk): it is stopped, and what is in flight ends as interrupted. */
  readonly fail: (error: unknown) => void;
}

/** A request that is built and signed, waiting for its moment. */
export interface Prepared {
  readonly arrival: Arrival;
  readonly request: HttpRequest;
  readonly promptHash: string;
  readonly inputTokens: number;
}

/** One target in one scenario: prepares its requests and lets them go. */
export interface Lane {
  readonly target: Target;
  prepare(arrival: Arrival): Promise<Prepared>;
  /** Lets one request go now, or counts it as dropped or not started. Resolves when it is over. */
  release(prepared: Prepared, scheduledUs: Us): Promise<void>;
  /** Counts a planned request that will not be sent. */
  skip(arrival: Arrival, scheduledUs: Us, reason: Reason): void;
  /** Why nothing more will leave; null while it may. */
  stopped(): "interrupt" | "budget" | null;
}

export function openLane(contender: Contender, scenario: Scenario, pool: Pool, context: LaneContext): Lane {
  const { target, wire } = contender;
  const { time, sink, signal } = context;
  const account = context.budget.of(target.id);
  const inFlightMax = scenario.load.kind === "open" ? scenario.load.maxInFlight : Number.POSITIVE_INFINITY;
  let inFlight = 0;

  const skip = (arrival: Arrival, scheduledUs: Us, outcome: "dropped" | "not-started", reason: Reason | null): void =>
    sink.skipped(skippedObservation(identityOf(target, scenario, arrival, null), scheduledUs, outcome, reason));
  const stopped = (): "interrupt" | "budget" | null =>
    signal.aborted ? "interrupt" : account.exhausted() ? "budget" : null;

  const send = async (prepared: Prepared, scheduledUs: Us, reserved: Reservation): Promise<void> => {
    const who = identityOf(target, scenario, prepared.arrival, prepared);
    sink.intent({ id: who.id, target: target.id, atUs: time.now(), reservedUsd: reserved.usd });
    inFlight += 1;
    const connection = pool.take();
    const attempt: Attempt = {
      identity: who,
      scheduledUs,
      request: prepared.request,
      isModel: contender.isModel,
      reservedUsd: reserved.usd,
      isPast: (soFar) => account.isCapped && isPast(target.price, reserved, who.request, soFar),
    };
    const called = await callOnce(attempt, connection, wire, context.timeouts, time, signal);
    inFlight -= 1;
    pool.give(connection, called.observation.stamps.sent !== null);
    const settled = settlementOf(target.price, called.observation);
    account.settle(reserved, settled);
    const observation = redacted(called.observation, contender.redact);
    sink.called({ ...called, observation: { ...observation, cost: { reservedUsd: reserved.usd, usd: settled.usd } } });
  };

  return {
    target,
    stopped,
    prepare: (arrival) => prepare(contender, scenario, arrival, context.runId),
    release: async (prepared, scheduledUs) => {
      const why = stopped();
      if (why !== null) return skip(prepared.arrival, scheduledUs, "not-started", why);
      if (inFlight >= inFlightMax) return skip(prepared.arrival, scheduledUs, "dropped", null);
      const reserved = worstCase(target.price, {
        inputTokens: prepared.inputTokens,
        maxOutputTokens: scenario.prompt.outputTokens,
      });
      if (!account.reserve(reserved)) return skip(prepared.arrival, scheduledUs, "not-started", "budget");
      await send(prepared, scheduledUs, reserved).catch(context.fail);
    },
    skip: (arrival, scheduledUs, reason) => skip(arrival, scheduledUs, "not-started", reason),
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

async function prepare(contender: Contender, scenario: Scenario, arrival: Arrival, runId: string): Promise<Prepared> {
  const { target, wire } = contender;
  const prompt = promptOf({
    runId,
    target: target.id,
    scenario: scenario.id,
    pair: arrival.pair,
    phase: arrival.phase,
    shape: scenario.prompt,
    seed: scenario.seed,
  });
  const plain = wire.request({
    baseUrl: target.baseUrl,
    endpoint: target.endpoint,
    modelId: target.modelId,
    messages: [{ role: "user", content: prompt.text }],
    maxOutputTokens: scenario.prompt.outputTokens,
    extraBody: target.extraBody,
    parameters: target.parameters,
  });
  const request = await contender.authorize({ ...plain, headers: { ...plain.headers, ...target.headers } });
  return { arrival, request, promptHash: sha256(prompt.text), inputTokens: prompt.inputTokens };
}

function identityOf(
  target: Target,
  scenario: Scenario,
  arrival: Arrival,
  prepared: Prepared | null,
): Attempt["identity"] {
  const { phase, pair } = arrival;
  return {
    id: observationId({ scenario: scenario.id, target: target.id, phase, pair, attempt: 1 }),
    target: target.id,
    scenario: scenario.id,
    load: loadLabel(scenario.load),
    slice: null,
    pair,
    turn: 0,
    attempt: 1,
    phase,
    request: {
      inputTokens: prepared?.inputTokens ?? scenario.prompt.inputTokens,
      maxOutputTokens: scenario.prompt.outputTokens,
      bytes: prepared === null ? null : Buffer.byteLength(prepared.request.body ?? ""),
      promptHash: prepared?.promptHash ?? null,
    },
  };
}

function skippedObservation(
  identity: Attempt["identity"],
  scheduledUs: Us,
  outcome: "dropped" | "not-started",
  reason: Reason | null,
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
    outcome,
    failure: null,
    reason,
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

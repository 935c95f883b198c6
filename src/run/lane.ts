import type { Reason } from "../core/observation.ts";
import { random } from "../core/random.ts";
import type { Arrival, Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import type { Us } from "../core/units.ts";
import { promptOf } from "../scenario/prompts.ts";
import type { Pool } from "../transport/pool.ts";
import { identityOf, skippedObservation } from "./attempt-record.ts";
import { openAttempts } from "./attempts.ts";
import type { Breaker } from "./breaker.ts";
import type { Contender, LaneContext, Prepared } from "./contender.ts";
import { openGate, type Gate } from "./gate.ts";
import { sha256 } from "./response.ts";
import { withRetries, type Retries } from "./retry.ts";

/** One target in one scenario: prepares its requests and lets them go. */
export interface Lane {
  readonly target: Target;
  prepare(arrival: Arrival): Promise<Prepared>;
  /** Lets one request go now, or counts it as dropped or not started. Resolves when it is over, retries included. */
  release(prepared: Prepared, scheduledUs: Us): Promise<void>;
  /** Counts a planned request that will not be sent. */
  skip(arrival: Arrival, scheduledUs: Us, reason: Reason): void;
  /** Why nothing will leave before the end (Infinity: in a while); null while it may. */
  stopped(endUs: Us): "interrupt" | "budget" | "breaker" | null;
  /** Waits while the target has asked not to be asked, or a breaker holds it, at most until the end. */
  opened: Gate["opened"];
  pauses: Gate["pauses"];
}

export function openLane(
  contender: Contender,
  scenario: Scenario,
  pool: Pool,
  breaker: Breaker,
  context: LaneContext,
): Lane {
  const { target } = contender;
  const { time, sink, signal } = context;
  const account = context.budget.of(target.id);
  const gate = openGate(breaker, scenario.load.kind === "closed", time, signal);
  const stopped: Lane["stopped"] = (endUs) =>
    signal.aborted ? "interrupt" : account.exhausted() ? "budget" : gate.isShut(endUs) ? "breaker" : null;
  const attemptOnce = openAttempts(contender, scenario, { pool, gate, account, stopped }, context);

  const lane: Lane = {
    target,
    stopped,
    opened: gate.opened,
    pauses: gate.pauses,
    prepare: (arrival) => prepare(contender, scenario, arrival, context.runId),
    release: (first, scheduledUs) => {
      const { arrival } = first;
      let prepared = first;
      const retries: Retries = {
        policy: arrival.phase === "measured" ? scenario.retry : null,
        draw: (attempt) => random(scenario.seed, "retry", scenario.id, target.id, arrival.pair, attempt),
        attemptOnce: (dueUs, attempt) => attemptOnce(prepared, dueUs, attempt),
        rested: async (forMs) => {
          // The same prompt, signed anew: a signature may be out of date by then.
          const [dueUs, again] = await Promise.all([gate.rested(forMs), lane.prepare(arrival)]);
          prepared = again;
          return dueUs;
        },
      };
      return withRetries(retries, scheduledUs).catch(context.fail);
    },
    skip: (arrival, scheduledUs, reason) => {
      try {
        sink.skipped(skippedObservation(identityOf(target, scenario, arrival, 1, null), scheduledUs, reason));
      } catch (error) {
        context.fail(error);
      }
    },
  };
  return lane;
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

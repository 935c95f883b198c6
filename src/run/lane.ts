import type { Reason } from "../core/observation.ts";
import type { HttpRequest } from "../core/provider.ts";
import { random } from "../core/random.ts";
import type { Arrival, Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { usFromMs, type Us } from "../core/units.ts";
import { draftOf, type Draft } from "../scenario/draft.ts";
import type { Time } from "../time/time.ts";
import type { Pools } from "../transport/pools.ts";
import { identityOf, skippedObservation } from "./attempt-record.ts";
import { openAttempts } from "./attempts.ts";
import type { Breaker } from "./breaker.ts";
import type { Called } from "./call-once.ts";
import type { Contender, LaneContext, Prepared } from "./contender.ts";
import { openGate, type Gate } from "./gate.ts";
import { sha256 } from "./response.ts";
import { withRetries, type Retries } from "./retry.ts";

/** One target in one scenario: prepares its requests and lets them go. */
export interface Lane {
  readonly target: Target;
  /** @param before all that was said in its conversation; `NOTHING_SAID` for none */
  prepare(arrival: Arrival, before: Draft): Promise<Prepared>;
  /** True when what was signed will not hold until then: signatures and tokens run out, or turn out to be wrong. */
  isStale(prepared: Prepared, dueUs: Us): boolean;
  /** The same request, signed anew. */
  signAnew(prepared: Prepared): Promise<Prepared>;
  /**
   * Lets one request go now, or counts it as dropped or not started. Resolves when it is over, retries included: to the last
   * attempt that left, or null.
   */
  release(prepared: Prepared, scheduledUs: Us): Promise<Called | null>;
  /** Counts a planned request that will not be sent. */
  skip(arrival: Arrival, scheduledUs: Us, reason: Reason): void;
  /** Why nothing will leave before the end (Infinity: in a while); null while it may. */
  stopped(endUs: Us): "interrupt" | "decided" | "budget" | "breaker" | null;
  /** Waits while the target has asked not to be asked, or a breaker holds it, at most until the end. */
  opened: Gate["opened"];
  pauses: Gate["pauses"];
}

export function openLane(
  contender: Contender,
  scenario: Scenario,
  pools: Pools,
  breaker: Breaker,
  context: LaneContext,
): Lane {
  const { target } = contender;
  const { time, sink, signal } = context;
  const account = context.budget.of(target.id);
  const gate = openGate(breaker, scenario.load.kind === "closed", time, signal);
  const stopped: Lane["stopped"] = (endUs) => {
    if (signal.aborted) return "interrupt";
    if (context.isDecided(scenario.id, target.id)) return "decided";
    return account.exhausted() ? "budget" : gate.isShut(endUs) ? "breaker" : null;
  };
  let voidedUs = -Infinity;
  const voided = (): void => {
    voidedUs = time.now();
  };
  const attemptOnce = openAttempts(contender, scenario, { pools, gate, account, voided, stopped }, context);

  const who = { runId: context.runId, target: target.id, scenario };
  let block: number | null = null;
  /** The first request of a new block: whatever is behind the sticky connections of the one before has had its turn. */
  const enter = (next: number): void => {
    if (block !== null && next > block) void pools.home.renew().catch(context.fail);
    block = Math.max(next, block ?? 0);
  };
  const lane: Lane = {
    target,
    stopped,
    opened: gate.opened,
    pauses: gate.pauses,
    prepare: (arrival, before) => prepare(contender, arrival, draftOf(arrival, who, before), time),
    isStale: ({ signedUs, freshUntilUs }, dueUs) => freshUntilUs < dueUs || signedUs <= voidedUs,
    signAnew: async (prepared) => ({ ...prepared, ...(await signed(contender, prepared.plain, time)) }),
    release: async (first, scheduledUs) => {
      const { arrival } = first;
      enter(arrival.block);
      let prepared = first;
      let last: Called | null = null;
      const retries: Retries = {
        policy: arrival.phase === "measured" ? scenario.retry : null,
        draw: (attempt) => random(scenario.seed, "retry", scenario.id, target.id, arrival.pair, attempt),
        attemptOnce: async (dueUs, attempt) => {
          const called = await attemptOnce(prepared, dueUs, attempt);
          last = called ?? last;
          return called?.observation ?? null;
        },
        rested: async (forMs) => {
          const [dueUs, again] = await Promise.all([gate.rested(forMs), lane.signAnew(prepared)]);
          prepared = again;
          return dueUs;
        },
      };
      await withRetries(retries, scheduledUs).catch(context.fail);
      return last;
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

async function prepare(contender: Contender, arrival: Arrival, draft: Draft, time: Time): Promise<Prepared> {
  const { target, wire } = contender;
  const bare = wire.request({
    baseUrl: target.baseUrl,
    endpoint: target.endpoint,
    modelId: target.modelId,
    messages: draft.messages,
    maxOutputTokens: arrival.outputTokens,
    extraBody: target.extraBody,
    parameters: target.parameters,
  });
  const plain = { ...bare, headers: { ...bare.headers, ...target.headers } };
  const promptHash = sha256(draft.messages.at(-1)!.content);
  // What is built for others at the same moment is built first, so that it is in nobody's signing.
  await Promise.resolve();
  return { arrival, draft, plain, promptHash, ...(await signed(contender, plain, time)) };
}

/** Signing is our own work, and has a record of its own: it is over before the request is due, and inside no latency. */
export async function signed(
  { authorize }: Contender,
  plain: HttpRequest,
  time: Time,
): Promise<Pick<Prepared, "signed" | "signedUs" | "signingUs" | "freshUntilUs">> {
  const startUs = time.now();
  const authorized = await authorize(plain);
  const signedUs = time.now();
  // What could not be signed is tried once more when it is due.
  const freshUntilUs = signedUs + (authorized.ok ? usFromMs(authorized.freshForMs) : 0);
  return { signed: authorized, signedUs, signingUs: signedUs - startUs, freshUntilUs };
}

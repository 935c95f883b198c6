import type { RunCaps } from "../core/caps.ts";
import type { GatewayLoad } from "../core/gateway.ts";
import { loadLabel, type ClosedLoad } from "../core/load.ts";
import {
  LOOP_DELAY_MS_MAX,
  type QuotaShortfall,
  type RunEnd,
  type ScenarioWindow,
  type TargetPause,
  type TargetStop,
  type Timeouts,
} from "../core/run.ts";
import type { Plan, Scenario } from "../core/scenario.ts";
import type { Us } from "../core/units.ts";
import { thinkMs } from "../scenario/arrivals/think.ts";
import { NOTHING_SAID } from "../scenario/draft.ts";
import { releaseOrder } from "../scenario/plan.ts";
import { watchLoopDelay } from "../time/loop-delay.ts";
import type { RealTime } from "../time/time.ts";
import { waitUntil } from "../time/wait.ts";
import { openPool } from "../transport/pool.ts";
import { openPools, type Pools } from "../transport/pools.ts";
import { openBreaker, type Breaker } from "./breaker.ts";
import { openBudget } from "./budget.ts";
import { readyClosedLoop } from "./closed-loop.ts";
import type { Contender, LaneContext, Sink } from "./contender.ts";
import type { GatewayContext } from "./gateway/volley.ts";
import { loadCannon } from "./gateway/cannon.ts";
import { fireStages } from "./gateway/stages.ts";
import { openLane, type Lane } from "./lane.ts";
import { readyOpenLoop } from "./open-loop.ts";
import { leftIn, segmentsOf, type Segment } from "./segments.ts";
import { sessionsOf, skipAll } from "./session.ts";
import { openTold, shortfallsOf, type Told } from "./quota.ts";
import { isLeft, isStranded, type Past } from "./past.ts";

/** What to run. */
export interface RunRequest {
  readonly runId: string;
  readonly contenders: readonly Contender[];
  /** The next one is asked for when the one before is over, so that what it is may depend on how that went. */
  readonly plans: Iterable<Plan> | AsyncIterable<Plan>;
  /** True when nothing more needs to leave in a scenario to a target: what is left of its plan is not started. */
  readonly isDecided: (scenario: string, target: string) => boolean;
  readonly timeouts: Timeouts;
  readonly caps: RunCaps;
  /** What was done before; `NO_PAST` for a new run. */
  readonly past: Past;
  readonly time: RealTime;
  readonly signal: AbortSignal;
  readonly sink: Sink;
  /** Called when a scenario begins its measured part. */
  readonly onScenario: (plan: Plan, label: string) => void;
  /** Called before the measured part of a scenario whose plan is above the limits of the buyer's accounts. */
  readonly onQuota: (shortfalls: readonly QuotaShortfall[]) => Promise<void>;
  /** Called when a target is stopped, and when it answers again. */
  readonly onStop: (stop: TargetStop) => void;
}

/** What the runner knows of the end; the rest is measured beside it. */
export type RunnerEnd = Omit<RunEnd, "clientErrorMsP99" | "simulatorLatenessMsP99">;

/** Time between the last preparation and the first arrival, so that the first one is not late. */
const LEAD_US = 50_000;
/** Connections opened ahead of an open loop: enough for answers of this length. */
const WARM_US = 2_000_000;
const WARM_CONNECTIONS_MAX = 64;

/**
 * Runs every scenario against every target and hands each record to the sink. Failures of targets are records.
 *
 * @throws what the sink throws: a run that cannot be recorded is stopped
 */
export async function runAll(asked: RunRequest): Promise<RunnerEnd> {
  const broken = new AbortController();
  const stalled: Sink["stalled"] = (of) => {
    // Called from a timer of our own, where nobody else would catch it.
    try {
      asked.sink.stalled(of);
    } catch (error) {
      broken.abort(error);
    }
  };
  const signal = AbortSignal.any([asked.signal, broken.signal]);
  const request: RunRequest = { ...asked, signal, sink: { ...asked.sink, stalled } };
  const budget = openBudget(request.caps);
  for (const { target, reserved, settled } of request.past.spent) budget.carry(target, reserved, settled);
  const told = openTold();
  const context: LaneContext = {
    ...request,
    budget,
    sink: { ...request.sink, called: (called) => (told.ended(called.observation), request.sink.called(called)) },
    fail: (error) => broken.abort(error),
  };
  const windows: ScenarioWindow[] = [];
  const pauses: TargetPause[] = [];
  const breakers = new Map(
    request.contenders.map(({ target: { id } }) => [id, openBreaker(id, request.onStop)] as const),
  );
  let { connections } = request.past;
  const nextConnection = (): number => (connections += 1);
  const poolsOf = ({ target, route }: Contender): Pools =>
    openPools(new URL(target.baseUrl).origin, (origin) =>
      openPool(origin, { ...route, timeoutMs: request.timeouts.connectMs }, request.time, nextConnection),
    );
  for await (const plan of request.plans) {
    const { load } = plan.scenario;
    const segments = segmentsOf(plan, request.contenders).flatMap((segment) => leftIn(segment, request.past));
    if (segments.length > 0) request.onScenario(plan, loadLabel(load));
    for (const segment of segments) {
      if (load.kind === "gateway") {
        const gateway = { ...context, cannon: await loadCannon(), nextConnection };
        windows.push(await runGateways(segment, load, breakers, gateway, request));
        continue;
      }
      const pools = segment.contenders.map(poolsOf);
      const lanes = segment.contenders.map((contender, i) =>
        openLane(contender, plan.scenario, pools[i]!, breakers.get(contender.target.id)!, context),
      );
      try {
        windows.push(await runGroup(segment, plan, lanes, pools, told, request));
      } finally {
        await Promise.all(pools.map((pool) => pool.close()));
      }
      pauses.push(...lanes.flatMap((lane) => pausesOf(plan, lane)));
    }
  }
  if (broken.signal.aborted) throw broken.signal.reason;
  const endUs = request.time.now();
  return {
    endedAt: request.time.wallAt(endUs).toISOString(),
    endUs,
    reason: request.signal.aborted ? "interrupt" : budget.reached().length > 0 ? "budget" : "complete",
    capsReached: budget.reached(),
    overshootUsd: budget.overshootUsd(),
    windows,
    stops: [...breakers.values()].flatMap((breaker) => breaker.stops()),
    pauses,
  };
}

function pausesOf({ scenario }: Plan, { target, pauses }: Lane): readonly TargetPause[] {
  const { count, waitedMs } = pauses();
  return count === 0 ? [] : [{ scenario: scenario.id, target: target.id, count, waitedMs }];
}

/** @param whole what the account's limits have to hold, of which the segment is a part */
async function runGroup(
  { plan, isFirst }: Segment,
  whole: Plan,
  lanes: readonly Lane[],
  pools: readonly Pools[],
  told: Told,
  request: RunRequest,
): Promise<ScenarioWindow> {
  const { time } = request;
  const { scenario } = plan;
  const asked = pools.filter((_, i) => lanes[i]!.stopped(Infinity) === null);
  await Promise.all(asked.map(({ home }) => home.warm(warmCount(plan))));
  await Promise.all(lanes.map((lane) => warmUp(plan, lane, request)));
  for (const lane of lanes) skipStranded(plan, lane, request);
  const shortfalls = isFirst ? lanes.flatMap(({ target }) => shortfallsOf(whole, target, told)) : [];
  if (shortfalls.length > 0) await request.onQuota(shortfalls);
  const { load } = scenario;
  const start =
    load.kind === "closed" ? await closedStart(plan, load, lanes, request) : await openStart(plan, lanes, request);
  return watched(scenario, time.now() + LEAD_US, start, request);
}

/** Fires a gateway scenario at each target, one after the other. */
async function runGateways(
  { plan, contenders }: Segment,
  load: GatewayLoad,
  breakers: ReadonlyMap<string, Breaker>,
  context: GatewayContext,
  request: RunRequest,
): Promise<ScenarioWindow> {
  return watched(
    plan.scenario,
    request.time.now(),
    async () => {
      for (const contender of contenders) {
        await fireStages(plan, load, contender, breakers.get(contender.target.id)!, context);
      }
    },
    request,
  );
}

/** Runs the measured part of a scenario, and watches meanwhile whether our own process keeps up. */
async function watched(
  { id }: Scenario,
  startUs: Us,
  start: Start,
  { time, sink }: RunRequest,
): Promise<ScenarioWindow> {
  const loop = watchLoopDelay(time, (delayMs) => {
    if (delayMs > LOOP_DELAY_MS_MAX) sink.stalled({ scenario: id, atUs: time.now(), delayMs });
  });
  let loopDelayMsMax = 0;
  try {
    await start(startUs);
  } finally {
    // In any case: its timer would keep a process alive that has nothing left to do.
    loopDelayMsMax = loop.stop().delayMsMax;
  }
  return { scenario: id, startUs, endUs: time.now(), loopDelayMsMax };
}

type Start = (startUs: Us) => Promise<void>;

async function openStart(
  { scenario, arrivals }: Plan,
  lanes: readonly Lane[],
  { past, time, signal }: RunRequest,
): Promise<Start> {
  const byId = new Map(lanes.map((lane) => [lane.target.id, lane]));
  const orderOf = (pair: number): Lane[] =>
    releaseOrder(scenario.seed, scenario.id, pair, idsOf(lanes))
      .filter((id) => isLeft(past, scenario.id, id, { phase: "measured", pair }))
      .map((id) => byId.get(id)!);
  const pace = { time, signal, endUs: Infinity, thinkMs: turnThinking(scenario) };
  return readyOpenLoop(sessionsOf(arrivals), orderOf, pace);
}

async function closedStart(
  { scenario, arrivals }: Plan,
  closed: ClosedLoad,
  lanes: readonly Lane[],
  { past, time, signal }: RunRequest,
): Promise<Start> {
  const { maxConcurrency, rampUpMs, thinkTime } = closed;
  const thinking = (pair: number): number => thinkMs(thinkTime, scenario, pair);
  const load = { maxConcurrency, rampUpMs, durationMs: scenario.stop.durationMs, thinkMs: thinking };
  const starts: Start[] = [];
  for (const lane of lanes) {
    const own = arrivals.filter((arrival) => isLeft(past, scenario.id, lane.target.id, arrival));
    starts.push(
      await readyClosedLoop(sessionsOf(own), lane, load, { time, signal, turnThinkMs: turnThinking(scenario) }),
    );
  }
  return async (startUs) => {
    await waitUntil(time, startUs, signal);
    await Promise.all(starts.map((start) => start(startUs)));
  };
}

function turnThinking(scenario: Scenario): (pair: number) => number {
  return (pair) => thinkMs(scenario.conversation?.thinkTime ?? null, scenario, pair);
}

/** Counts the turns whose conversation began in an earlier process: nobody kept what was said. */
function skipStranded({ scenario, arrivals }: Plan, lane: Lane, { past, time }: RunRequest): void {
  const stranded = arrivals.filter((arrival) => isStranded(past, scenario.id, lane.target.id, arrival));
  skipAll(stranded, lane, time, "dependency");
}

/** Warm-ups go one by one, so that each target's first answers meet an idle client. */
async function warmUp({ scenario, warmups }: Plan, lane: Lane, { past, time }: RunRequest): Promise<void> {
  for (const arrival of warmups.filter((one) => isLeft(past, scenario.id, lane.target.id, one))) {
    const prepared = await lane.prepare(arrival, NOTHING_SAID);
    await lane.opened(Infinity);
    await lane.release(prepared, time.now());
  }
}

function idsOf(lanes: readonly Lane[]): readonly string[] {
  return lanes.map(({ target }) => target.id);
}

function warmCount({ scenario: { load }, arrivals }: Plan): number {
  if (load.kind === "gateway") return 0;
  const early = arrivals.filter(({ dueUs }) => dueUs !== null && dueUs <= WARM_US).length;
  const wanted = load.kind === "closed" ? load.maxConcurrency : Math.min(load.maxInFlight, early);
  return Math.min(wanted, WARM_CONNECTIONS_MAX);
}

import { observationId, type Intent, type Observation } from "../core/observation.ts";
import { partOf, type RunRecord } from "../core/run.ts";
import { mostAsked, type Arrival, type Plan } from "../core/scenario.ts";
import { msFromUs, type Us } from "../core/units.ts";
import { settlementOf, worstCase, type Reservation, type Settlement } from "./reservation.ts";

/** What earlier processes of a run have done: none of it is sent again. */
export interface Past {
  /** Ids of the first attempts that left, or whose fate was decided otherwise. */
  readonly done: ReadonlySet<string>;
  /** Time that one target has been under load in one scenario, milliseconds. */
  loadedMs(scenario: string, target: string): number;
  /** Connections are numbered on from here. */
  readonly connections: number;
  /** What was taken from the caps; a call that was lost with its process keeps its reservation. */
  readonly spent: readonly { readonly target: string; readonly reserved: Reservation; readonly settled: Settlement }[];
}

/** The past of a new run. */
export const NO_PAST: Past = { done: new Set(), loadedMs: () => 0, connections: 0, spent: [] };

/** Reads the past of a run from its record. */
export function pastOf(record: RunRecord): Past {
  const decided = record.observations.filter((observation) => !isUndecided(observation));
  const lost = record.lost.flatMap((intent) => lostAttempt(record, intent));
  const ids = decided.map(({ scenario, target, phase, pair }) =>
    observationId({ scenario, target, phase, pair, attempt: 1 }),
  );
  return {
    done: new Set([...ids, ...lost.map(({ firstId }) => firstId)]),
    loadedMs: loadedTimes(record, decided),
    connections: decided.reduce((most, { connection }) => Math.max(most, connection?.id ?? 0), 0),
    spent: [...decided.flatMap((observation) => spentOn(record, observation)), ...lost],
  };
}

/**
 * True for a planned request that was never let go, and can be: its row is replaced when it is. A retry that was not made
 * stays so: its request has left once.
 */
export function isUndecided({ outcome, reason, attempt }: Observation): boolean {
  return attempt === 1 && outcome === "not-started" && (reason === "interrupt" || reason === "budget");
}

/** True when a planned request has still to be made to one target. */
export function isLeft(
  past: Past,
  scenario: string,
  target: string,
  { phase, pair }: Pick<Arrival, "phase" | "pair">,
): boolean {
  if (past.done.size === 0) return true;
  return !past.done.has(observationId({ scenario, target, phase, pair, attempt: 1 }));
}

/** True for a turn that has still to be made, of a conversation that an earlier process began. */
export function isStranded(past: Past, scenario: string, target: string, arrival: Arrival): boolean {
  const { phase, pair, turn } = arrival;
  if (turn <= 1 || past.done.size === 0) return false;
  return isLeft(past, scenario, target, arrival) && !isLeft(past, scenario, target, { phase, pair: pair - turn + 1 });
}

/** True when anything of a plan has still to be made to one target. */
export function hasLeft(plan: Plan, target: string, past: Past): boolean {
  const { warmups, arrivals } = leftOf(plan, [target], past);
  return warmups.length + arrivals.length > 0;
}

/**
 * What is left of a plan for any of these targets. Open loop: the first arrival left is due at once, the others as far behind
 * it as planned. A closed loop that a duration ends has what the longest of them has left of it.
 */
export function leftOf(plan: Plan, targets: readonly string[], past: Past): Plan {
  if (past.done.size === 0) return plan;
  const { scenario } = plan;
  const forAny = (arrival: Arrival): boolean => targets.some((target) => isLeft(past, scenario.id, target, arrival));
  const warmups = plan.warmups.filter(forAny);
  const arrivals = plan.arrivals.filter(forAny);
  const { durationMs } = scenario.stop;
  if (scenario.load.kind === "closed" && durationMs !== null) {
    const loadedMs = Math.min(...targets.map((target) => past.loadedMs(scenario.id, target)));
    const stop = { ...scenario.stop, durationMs: Math.max(0, durationMs - loadedMs) };
    return { ...plan, scenario: { ...scenario, stop }, warmups, arrivals: stop.durationMs === 0 ? [] : arrivals };
  }
  const firstUs =
    arrivals.length < plan.arrivals.length ? (arrivals.find(({ dueUs }) => dueUs !== null)?.dueUs ?? 0) : 0;
  const dueUs = (arrival: Arrival): Us | null => (arrival.dueUs === null ? null : arrival.dueUs - firstUs);
  return { ...plan, warmups, arrivals: arrivals.map((arrival) => ({ ...arrival, dueUs: dueUs(arrival) })) };
}

function spentOn({ manifest }: RunRecord, observation: Observation): Past["spent"] {
  const { stamps, request, cost } = observation;
  const target = manifest.targets.find(({ id }) => id === observation.target);
  if (target === undefined || stamps.released === null) return [];
  const reserved = { usd: cost.reservedUsd, tokens: worstCase(target.price, request).tokens };
  return [{ target: target.id, reserved, settled: settlementOf(target.price, observation) }];
}

/** An intent without an observation: it may have reached the server, and may be billed. */
function lostAttempt(
  { manifest }: RunRecord,
  intent: Intent,
): readonly (Past["spent"][number] & { readonly firstId: string })[] {
  const target = manifest.targets.find(({ id }) => id === intent.target);
  const found = manifest.scenarios.find(({ scenario }) => intent.id.startsWith(`${scenario.id}:${intent.target}:`));
  if (target === undefined || found === undefined) return [];
  const prefix = `${found.scenario.id}:${target.id}:`;
  const { inputTokens, outputTokens } = mostAsked(found.scenario);
  const { tokens } = worstCase(target.price, { inputTokens, maxOutputTokens: outputTokens });
  return [
    {
      firstId: prefix + intent.id.slice(prefix.length).split(":", 1)[0]!,
      target: target.id,
      reserved: { usd: intent.reservedUsd, tokens },
      settled: { usd: null, tokens: null, requests: 1 },
    },
  ];
}

/** Per process from the first due time to the last stamp, so that the time between two of them does not count. */
function loadedTimes({ manifest }: RunRecord, decided: readonly Observation[]): Past["loadedMs"] {
  const startsUs = manifest.resumed.map(({ startUs }) => startUs);
  const spans = new Map<string, { readonly key: string; readonly firstUs: Us; readonly lastUs: Us }>();
  for (const { scenario, target, phase, stamps } of decided) {
    if (phase === "warmup") continue;
    const key = `${scenario}\u0000${target}`;
    const place = `${key}\u0000${partOf(startsUs, stamps.scheduled)}`;
    const before = spans.get(place);
    spans.set(place, {
      key,
      firstUs: Math.min(stamps.scheduled, before?.firstUs ?? Number.POSITIVE_INFINITY),
      lastUs: Math.max(stamps.end ?? stamps.scheduled, before?.lastUs ?? 0),
    });
  }
  return (scenario, target) => {
    const own = [...spans.values()].filter(({ key }) => key === `${scenario}\u0000${target}`);
    return own.reduce((sum, { firstUs, lastUs }) => sum + msFromUs(lastUs - firstUs), 0);
  };
}

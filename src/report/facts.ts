import { runSeconds } from "../core/run.ts";
import { asksModel, lengthsLabel } from "../core/scenario.ts";
import type { Price } from "../core/target.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { byScenario, type ScenarioGroups } from "./headline.ts";
import { plural, short, usd } from "./text.ts";

/** `SIMULATED` when every number was made by the simulator, `PARTLY SIMULATED` when some were; null for a real run. */
export function simulatedMark(analysis: Analysis): "SIMULATED" | "PARTLY SIMULATED" | null {
  const simulated = analysis.manifest.targets.filter((target) => target.simulated).length;
  if (simulated === 0) return null;
  return simulated === analysis.manifest.targets.length ? "SIMULATED" : "PARTLY SIMULATED";
}

export function validityMark(analysis: Analysis): "VALID" | "INVALID" {
  return analysis.validity.valid ? "VALID" : "INVALID";
}

/** `REVISED` when prices or carbon model are not those of the run. */
export function revisedMark({ revision }: Analysis): "REVISED" | null {
  return revision === null ? null : "REVISED";
}

/** What a revision put in place; nothing for a run as it was. */
export function revisionFacts({ revision, manifest }: Analysis): readonly string[] {
  if (revision === null) return [];
  const { tag, repriced, carbonModelBefore } = revision;
  const prices = repriced.length === 0 ? "prices as they were" : `other prices for ${repriced.join(", ")}`;
  const model = `carbon-model ${manifest.carbonModelVersion} (the run names ${carbonModelBefore ?? "none"})`;
  return [`revised ${tag}: ${prices}, ${model}; nothing that was measured is changed`];
}

/** `4 targets x 120 paired requests`, or `3 scenarios x 4 targets`. */
export function sizeFact(analysis: Analysis): string {
  const scenarios = byScenario(analysis);
  const targets = plural(analysis.manifest.targets.length, "target");
  if (analysis.sweep !== null) return `${plural(scenarios.length, "level")} x ${targets}`;
  if (scenarios.length !== 1) return `${plural(scenarios.length, "scenario")} x ${targets}`;
  return `${targets} x ${requestsFact(scenarios[0]!)}`;
}

/** `120 paired requests`: planned per target. */
export function requestsFact({ scenario, groups }: ScenarioGroups): string {
  const planned = groups.map((group) => group.counts.planned);
  const [least, most] = [Math.min(...planned), Math.max(...planned)];
  // One target has nothing to be paired with.
  const arrangement = groups.length === 1 ? "" : `${scenario.arrangement} `;
  return `${least === most ? most : `${least} to ${most}`} ${arrangement}request${most === 1 ? "" : "s"}`;
}

/** `100>300 tok`, `Poisson 2/s`, `cold cache`. */
export function workloadFacts({
  scenario,
  load,
}: ScenarioGroups): readonly [tokens: string, load: string, ...cache: string[]] {
  const { cache } = scenario.prompt;
  const facts = [lengthsLabel(scenario), `${load.charAt(0).toUpperCase()}${load.slice(1)}`] as const;
  return asksModel(scenario) ? [...facts, `${cache} cache`] : facts;
}

/** `61 s`, `61 s in 2 parts` when it was resumed; says so when the run never ended, or not by itself. */
export function durationFact(analysis: Analysis): string {
  const { end, resumed } = analysis.manifest;
  const seconds = runSeconds(analysis.manifest);
  if (end === null || seconds === null) return "never closed";
  const parts = resumed.length === 0 ? "" : ` in ${resumed.length + 1} parts`;
  const duration = `${short(Math.max(1, Math.round(seconds)))} s${parts}`;
  if (end.reason === "complete") return duration;
  // A target that reached a cap of its own ends nobody else's part of the run.
  const alone = end.capsReached.filter(({ target }) => target !== null).length;
  if (end.reason === "budget" && alone > 0 && alone === end.capsReached.length)
    return `${duration}, ${plural(alone, "target")} stopped at a cap`;
  return `${duration}, stopped early: ${end.reason}`;
}

/** `spent $0.61 of $1 cap`, a range where usage is not known exactly; `$0.61 at invented prices` when all is simulated and uncapped. */
export function spentFact(analysis: Analysis): string {
  const { maxCostUsd } = analysis.manifest;
  const cap = maxCostUsd === null ? ", no cap" : ` of ${usd(maxCostUsd)} cap`;
  const known = analysis.groups.flatMap((group) => group.spentUsd ?? []);
  if (known.length === 0) return `spent unknown${cap}`;
  const low = known.reduce((sum, spent) => sum + spent.low, 0);
  const high = known.reduce((sum, spent) => sum + spent.high, 0);
  const range = usd(low) === usd(high) ? usd(low) : `${usd(low)}-${usd(high).slice(1)}`;
  // The cap held by the prices of the run.
  if (analysis.revision !== null) return `${range} at revised prices`;
  // Nobody paid a simulator.
  if (maxCostUsd === null && simulatedMark(analysis) === "SIMULATED")
    return `${range} at ${priceWord(analysis)} prices`;
  const unpriced = new Set(analysis.groups.filter(hasNoPrice).map((group) => group.target.id)).size;
  return `spent ${range}${cap}${unpriced === 0 ? "" : ` (${plural(unpriced, "target")} without price)`}`;
}

/** `client error p99 0.8 ms, measured during this run`: of a run that was resumed, what the last process measured. */
export function clientErrorFact({ manifest }: Analysis): string {
  const error = manifest.end?.clientErrorMsP99 ?? null;
  const when = manifest.resumed.length === 0 ? "during this run" : "since the last resume";
  return error === null ? `client error not measured ${when}` : `client error p99 ${short(error)} ms, measured ${when}`;
}

/** `simulator late by p99 1.2 ms`: how well the server with known timing kept its own schedule. */
export function simulatorFact(analysis: Analysis): string {
  const lateness = analysis.manifest.end?.simulatorLatenessMsP99 ?? null;
  return lateness === null
    ? "the simulator did not report its lateness"
    : `the simulator wrote late by p99 ${short(lateness)} ms, by its own ledger`;
}

/** The simulator's own targets have prices that belong to no seller; those that stand for a provider have its list prices. */
function priceWord({ manifest: { targets } }: Analysis): "invented" | "list" {
  return targets.every(({ provider }) => provider === "simulator") ? "invented" : "list";
}

function hasNoPrice(group: GroupAnalysis): boolean {
  return group.spentUsd === null;
}

/** `$3.50 in, $3.50 out per million tokens (2026-11-01, user)`. */
export function priceFact(price: Price): string {
  if (price.kind === "unknown") return `unknown: ${price.reason}`;
  const origin = `(${price.asOf ?? "undated"}, ${price.source})`;
  if (price.kind === "hour") return `${usd(price.usdPerReplicaHour)} per hour x ${price.replicas} ${origin}`;
  return `${usd(price.inputUsdPerMtok)} in, ${usd(price.outputUsdPerMtok)} out per million tokens ${origin}`;
}

/** `good within TTFT 1500 ms, TPOT 60 ms`: the limits behind the column "good %". */
export function sloFact({ scenario: { slo } }: Pick<ScenarioGroups, "scenario">): string {
  const limits = [
    { title: "TTFT", ms: slo.ttftMs },
    { title: "TPOT", ms: slo.tpotMs },
    { title: "whole answer", ms: slo.e2eMs },
  ].flatMap(({ title, ms }) => (ms === null ? [] : [`${title} ${short(ms)} ms`]));
  return limits.length === 0 ? "no limit on a good answer" : `good within ${limits.join(", ")}`;
}

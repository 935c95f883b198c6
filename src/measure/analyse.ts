import type { Manifest, Revision, RunRecord } from "../core/run.ts";
import { SLOTS_OF_A_DAY } from "../core/study.ts";
import type { Target } from "../core/target.ts";
import type { Analysis, Counts, GroupAnalysis } from "./analysis.ts";
import { arrivalWarning } from "./arrival-process.ts";
import { carbonVerdicts } from "./carbon/verdicts.ts";
import { clientDelays, isLate } from "./client-delay.ts";
import { verdictsOf } from "./compare/verdicts.ts";
import { isDisputed, isStale } from "./cost/price-facts.ts";
import { hourlySpend, overshootUsd, spentUsd } from "./cost/spent.ts";
import { countsOf, identityProblems } from "./counts.ts";
import type { Flag } from "./flags.ts";
import { stagesOf } from "./gateway/stages.ts";
import { groupsOf, type Group } from "./group.ts";
import { serverMetrics } from "./server-metrics.ts";
import { summarise } from "./summarise.ts";
import { clientDelayWarnings, validityOf } from "./validity.ts";
import { sweepOf } from "./sweep/sweep.ts";
import { vantageFaults } from "./vantage-fault.ts";

/** Answers at least this long on average compare with each other; MLPerf's own tolerance on tokens per sample. */
const LENGTH_RATIO_MIN = 0.9;

/**
 * Measures a run: a pure function of its record, so that a report can always be made again. No clock, no file, and the
 * order of lines does not matter.
 *
 * @param plannedOf what each scenario planned per target, by scenario id
 * @param revision what the record was given in place of its own; null for the run as it was
 * @throws when plannedOf lacks a scenario of the run: a fault of the caller
 */
export function analyse(
  record: RunRecord,
  plannedOf: ReadonlyMap<string, { readonly warmups: number; readonly arrivals: number }>,
  revision: Revision | null = null,
): Analysis {
  const { manifest } = record;
  const closed = manifest.end !== null;
  const faults = vantageFaults(record);
  const measured = groupsOf(record, faults).map((group) => {
    const planned = plannedOf.get(group.scenario.id);
    if (planned === undefined) throw new Error(`no plan given for scenario ${group.scenario.id}`);
    return { group, counts: countsOf(group, { arrivals: planned.arrivals, closed }) };
  });
  const groups = measured.map(({ group }) => group);
  const byScenario = Map.groupBy(groups, ({ scenario }) => scenario.id);
  const delays = clientDelays(groups);
  const late = new Set([...delays].flatMap(([id, delay]) => (isLate(delay) ? [id] : [])));
  const runFlags = ({ scenario, target }: Group): readonly Flag[] => [
    ...(target.id in manifest.network.proxies ? (["proxied"] as const) : []),
    ...(late.has(scenario.id) ? (["client_late"] as const) : []),
    ...(manifest.quotas.some((quota) => quota.scenario === scenario.id && quota.target === target.id)
      ? (["quota_limited"] as const)
      : []),
    ...(manifest.study?.kind === "nightly" && manifest.study.rerun !== null ? (["rerun"] as const) : []),
    ...(revision === null ? [] : (["revised"] as const)),
    ...priceFlags(target, Date.parse(manifest.startedAt)),
  ];
  return {
    manifest,
    revision,
    validity: validityOf(manifest, record.stalls, measured),
    groups: measured.map(({ group, counts }) => groupAnalysis(group, counts, runFlags(group))),
    overshootUsd: overshootUsd(record.observations),
    hourly: hourlySpend(manifest),
    verdicts: verdictsOf(groups),
    carbonVerdicts: [...byScenario.values()].flatMap(carbonVerdicts),
    sweep: sweepOf(groups, manifest, (id) => plannedOf.get(id)?.arrivals ?? 0),
    vantageFaults: faults.map(({ startUs, endUs, excused }) => ({ startUs, endUs, excused: excused.size })),
    serverMetrics: serverMetrics(record.serverScrapes, groups),
    warnings: [
      ...clientDelayWarnings(delays),
      ...groups.flatMap(arrivalWarning),
      ...record.serverScrapes.flatMap(({ target, url, problem }) =>
        problem === null ? [] : [`${target}: its own metrics at ${url} could not be read: ${problem}`],
      ),
      ...coverageWarning(manifest),
      ...record.warnings,
      ...(closed ? [] : ["the run ended without closing: killed or power lost"]),
      ...manifest.resumed.flatMap(({ before }, part) =>
        before === null ? [`part ${part + 1} of the run ended without closing: what was in flight then is lost`] : [],
      ),
      ...strayWarning(record, groups),
      ...measured.flatMap(({ group, counts }) =>
        identityProblems(counts).map((problem) => `${group.scenario.id}, ${group.target.id}: ${problem}`),
      ),
    ],
  };
}

/** What stands in every summary and says nothing about a group as a whole. */
const ROW_FLAGS: ReadonlySet<string> = new Set<Flag>(["clustered", "connection_reused", "no_values"]);

/** What makes each figure of a group one of something else than the target, so that each row of it says so. */
const EVERY_ROW: readonly Flag[] = ["quota_limited", "rerun", "vantage_fault"];

function groupAnalysis(group: Group, counts: Counts, runFlags: readonly Flag[]): GroupAnalysis {
  const raised = [...countFlags(counts), ...runFlags];
  const everyRow = EVERY_ROW.filter((flag) => raised.includes(flag));
  const rows = summarise(group).map((row) =>
    everyRow.length === 0 ? row : { ...row, flags: [...row.flags, ...everyRow].sort() },
  );
  const whole = rows.filter(({ slice }) => slice === null);
  const length = whole.find(({ metric, stat }) => metric === "length_ratio" && stat === "mean")?.value ?? null;
  const own: Flag[] = [
    ...group.measured.flatMap(({ observation }) => observation.flags),
    ...raised,
    ...(length !== null && length < LENGTH_RATIO_MIN ? (["length_short"] as const) : []),
  ];
  return {
    target: group.target,
    scenario: group.scenario,
    load: group.load,
    counts,
    rows,
    stages: stagesOf(group),
    modelEchoed: modelEchoed(group),
    spentUsd: spentUsd(group),
    carbon: group.carbon.estimate,
    flags: [...new Set([...own, ...whole.flatMap(({ flags }) => flags.filter((flag) => !ROW_FLAGS.has(flag)))])].sort(),
  };
}

function countFlags({ retries, notStarted, failures, excused }: Counts): readonly Flag[] {
  const raised: readonly (readonly [Flag, boolean])[] = [
    ["breaker", (notStarted.breaker ?? 0) > 0],
    ["other_model", (failures["another model"] ?? 0) > 0],
    ["retried", retries > 0],
    ["vantage_fault", excused > 0],
  ];
  return raised.flatMap(([flag, isRaised]) => (isRaised ? [flag] : []));
}

/** An invented price has no age, and nobody to contradict it. */
function priceFlags({ price, otherPrices, simulated }: Target, startedMs: number): readonly Flag[] {
  if (simulated || price.kind === "unknown") return [];
  return [
    ...(isStale(price, startedMs) ? (["price_stale"] as const) : []),
    ...(isDisputed(price, otherPrices) ? (["price_disputed"] as const) : []),
  ];
}

/** A few minutes of one night say nothing of the other hours. */
function coverageWarning({ study, startedAt, end }: Manifest): readonly string[] {
  if (study?.kind !== "nightly") return [];
  const minute = (iso: string): string => iso.slice(11, 16);
  const span = `${minute(startedAt)}-${end === null ? "" : minute(end.endedAt)} UTC`;
  const part = study.slots === 1 ? "" : `, part ${study.slot} of ${study.slots} of its night`;
  return [
    study.slots < SLOTS_OF_A_DAY
      ? `covers only ${span} of ${study.night}${part}`
      : `covers ${span} of ${study.night}${part}`,
  ];
}

/** The most frequent echo; of equally frequent ones the first by name. */
function modelEchoed({ measured }: Group): string | null {
  const names = measured.flatMap(({ observation }) => observation.modelEchoed ?? []).sort();
  const [most] = [...Map.groupBy(names, (name) => name).values()].sort((a, b) => b.length - a.length);
  return most?.[0] ?? null;
}

function strayWarning(record: RunRecord, groups: readonly Group[]): readonly string[] {
  const strays = record.observations.length - groups.reduce((sum, { samples }) => sum + samples.length, 0);
  return strays === 0 ? [] : [`${strays} observations belong to no scenario and target of the manifest`];
}

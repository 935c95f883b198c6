import type { NightCheck, NightFigure, NightMeasured, NightPart, NightTarget, PartState } from "../../core/night.ts";
import type { Stat } from "../../core/metric.ts";
import type { Manifest } from "../../core/run.ts";
import type { Analysis, GroupAnalysis } from "../../measure/analysis.ts";

/** What regressions are looked for in: few, so that the correction for many costs little. Failures count in each. */
export const WATCHED: readonly { readonly metric: string; readonly stat: Stat; readonly better: "lower" | "higher" }[] =
  [
    { metric: "ttft", stat: "p50_all", better: "lower" },
    { metric: "output_speed", stat: "p50_all", better: "higher" },
    { metric: "success_share", stat: "value", better: "higher" },
  ];

/** What is known of a target before anything was measured. */
export interface AskedTarget {
  readonly target: string;
  readonly provider: string;
  readonly goneUntil: string | null;
  readonly check: NightCheck;
}

/** A part as its run left it; its suspects are found by the nights before. */
export type MeasuredPart = Omit<NightPart, "suspects" | "needs">;

/**
 * The facts of one part.
 *
 * @param analysis of its run
 * @param asked every target of the night, also those that the check left out
 * @param isClosedByOther the process of the run died
 */
export function partFacts(
  slot: number,
  analysis: Analysis,
  asked: readonly AskedTarget[],
  isClosedByOther: boolean,
): MeasuredPart {
  const { manifest, validity } = analysis;
  const byTarget = Map.groupBy(analysis.groups, ({ target }) => target.id);
  return {
    slot,
    startedAt: manifest.startedAt,
    endedAt: endedAt(analysis),
    runId: manifest.runId,
    state: stateOf(manifest, isClosedByOther),
    invalid: validity.reasons,
    unfit: [],
    targets: asked.map(({ target, provider, goneUntil, check }): NightTarget => {
      const groups = byTarget.get(target);
      return {
        target,
        provider,
        goneUntil,
        check,
        measured: groups === undefined ? null : measuredOf(groups, manifest),
      };
    }),
  };
}

function stateOf({ end }: Manifest, isClosedByOther: boolean): PartState {
  if (isClosedByOther || end === null) return "crashed";
  return end.reason === "interrupt" ? "interrupted" : end.reason;
}

/** Of a killed run nobody knows: when its last process began. */
function endedAt({ manifest: { end, resumed, startedAt } }: Analysis): string {
  return end?.endedAt ?? resumed.at(-1)?.startedAt ?? startedAt;
}

function measuredOf(groups: readonly GroupAnalysis[], manifest: Manifest): NightMeasured {
  const sum = (of: (group: GroupAnalysis) => number): number => groups.reduce((total, group) => total + of(group), 0);
  const excused = sum(({ counts }) => counts.excused);
  const quotaLimited = groups.some(({ flags }) => flags.includes("quota_limited"));
  const spent = groups.flatMap(({ spentUsd }) => spentUsd ?? []);
  return {
    planned: sum(({ counts }) => counts.planned),
    succeeded: sum(({ counts }) => counts.succeeded),
    failures: failuresOf(groups),
    excused,
    quotaLimited,
    spentUsd:
      spent.length === 0
        ? null
        : {
            low: spent.reduce((total, { low }) => total + low, 0),
            high: spent.reduce((total, { high }) => total + high, 0),
          },
    // What tells of the network or of the account's limit says nothing of the target.
    figures: excused > 0 || quotaLimited ? [] : groups.flatMap((group) => figuresOf(group, manifest)),
  };
}

function failuresOf(groups: readonly GroupAnalysis[]): Readonly<Record<string, number>> {
  const all = new Map<string, number>();
  for (const { counts } of groups) {
    for (const [kind, count] of Object.entries(counts.failures)) all.set(kind, (all.get(kind) ?? 0) + count);
  }
  return Object.fromEntries(all);
}

/** A figure without an interval comes from too few requests to speak for a night. */
function figuresOf({ rows, scenario }: GroupAnalysis, { scenarios }: Manifest): readonly NightFigure[] {
  const scenarioHash = scenarios.find((one) => one.scenario.id === scenario.id)?.sha256 ?? "";
  return WATCHED.flatMap(({ metric, stat }) => {
    const row = rows.find((one) => one.metric === metric && one.stat === stat && one.slice === null);
    if (row === undefined) return [];
    const { unit, value, low, high, n } = row;
    if (value === null || low === null || high === null) return [];
    return [{ scenario: scenario.id, scenarioHash, metric, stat, unit, value, low, high, n }];
  });
}

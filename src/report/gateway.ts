import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { byScenario, rowOf } from "./headline.ts";
import { table, type Row, type Section } from "./table.ts";
import { plain, plural, short } from "./text.ts";

/** One table per gateway scenario: what became of each rate. */
export function gatewaySections(analysis: Analysis): readonly Section[] {
  return byScenario(analysis).flatMap(({ scenario, groups }): Section[] => {
    const rows = groups.flatMap(stageRows);
    if (rows.length === 0) return [];
    return [
      {
        heading: plain(`${scenario.id}: stages`),
        text:
          "First attempts. Autocannon lets each second's share go at its beginning, on each connection one request behind the " +
          "other. accepted/s: after the first refusal, when nothing saved up is left.",
        table: table(
          ["target", "stage"],
          ["sent/s", "sent", "accepted", "refused (429)", "failed otherwise", "accepted/s", "round trip ms p50", "p95"],
          [],
          rows,
        ),
      },
    ];
  });
}

function stageRows({ target, stages }: GroupAnalysis): readonly Row[] {
  return stages.map((stage) => [
    [target.id, stage.slice],
    [
      short(stage.releasedPerSecond),
      String(stage.released),
      String(stage.accepted),
      String(stage.refused),
      String(stage.released - stage.accepted - stage.refused),
      short(stage.acceptedPerSecond),
      short(stage.roundTripMsP50),
      short(stage.roundTripMsP95),
    ],
    [],
  ]);
}

/** What a gateway scenario found of each target's limit, one sentence each. */
export function gatewaySentences(analysis: Analysis): readonly string[] {
  const isOneOfMany = analysis.manifest.scenarios.length > 1;
  return analysis.groups.flatMap((group) => {
    if (group.stages.length === 0) return [];
    const parts = [onset(group), accepted(group), kept(group), recovered(group)].filter((part) => part !== null);
    return [`${isOneOfMany ? `${group.scenario.id}, ` : ""}${group.target.id}: ${parts.join("; ")}`];
  });
}

function onset(group: GroupAnalysis): string {
  const { value = null, low = null } = rowOf(group, "limit_onset", "value") ?? {};
  if (value === null) {
    // A rate at which nothing was answered shows no limit that is above it.
    const held = group.stages.flatMap((stage) => (stage.accepted > 0 ? [stage.releasedPerSecond] : []));
    return held.length === 0 ? "nothing was answered, so no limit shows" : `no 429 up to ${short(Math.max(...held))}/s`;
  }
  return `429 from ${short(value)}/s on${(low ?? 0) > 0 ? `, none at ${short(low)}/s` : ""}`;
}

function accepted(group: GroupAnalysis): string | null {
  const value = rowOf(group, "accepted_rate", "value")?.value ?? null;
  return value === null ? null : `${short(value)}/s accepted while it refused`;
}

function kept(group: GroupAnalysis): string | null {
  const row = rowOf(group, "retry_after_kept", "value");
  if (row === undefined || row.value === null) return null;
  return `Retry-After kept ${Math.round(row.value * row.n)} of ${plural(row.n, "time")}`;
}

function recovered(group: GroupAnalysis): string | null {
  const value = rowOf(group, "recovery", "value")?.value ?? null;
  if (value === null) return null;
  return value === Infinity ? "did not recover as told" : `recovered in ${short(value / 1000)} s at most`;
}

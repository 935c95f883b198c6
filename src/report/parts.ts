import type { Stat } from "../core/metric.ts";
import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { byScenario, sliceRow } from "./headline.ts";
import { table, type Row, type Section } from "./table.ts";
import { NO_VALUE, percent, plain, short } from "./text.ts";

/** Shown of each part of a scenario: a step of its load, or a turn of its conversations. */
const COLUMNS: readonly { readonly metric: string; readonly stat: Stat; readonly title: string }[] = [
  { metric: "success_share", stat: "value", title: "ok %" },
  { metric: "goodput_share", stat: "value", title: "good %" },
  { metric: "ttft", stat: "p50_all", title: "TTFT ms p50" },
  { metric: "ttft", stat: "p95_all", title: "p95" },
  { metric: "tpot", stat: "p50_all", title: "TPOT ms p50" },
  { metric: "cached_share", stat: "value", title: "cached %" },
];

/** One table per scenario that has parts. Those of a gateway have a table of their own. */
export function partSections(analysis: Analysis): readonly Section[] {
  return byScenario(analysis).flatMap(({ scenario, groups }): Section[] => {
    const rows = scenario.load.kind === "gateway" ? [] : groups.flatMap(partRows);
    if (rows.length === 0) return [];
    const isTalk = scenario.conversation !== null;
    return [
      {
        heading: plain(`${scenario.id}: ${isTalk ? "turn by turn" : "part by part"}`),
        text: isTalk
          ? "Each turn repeats all that was said before. cached: input tokens that the target says it had read before."
          : "",
        table: table(["target", "part"], ["n", ...COLUMNS.map(({ title }) => title)], [], rows),
      },
    ];
  });
}

function partsOf({ rows }: GroupAnalysis): readonly string[] {
  return [...new Set(rows.flatMap(({ slice }) => slice ?? []))];
}

function partRows(group: GroupAnalysis): readonly Row[] {
  return partsOf(group).map((part) => [
    [group.target.id, part],
    [
      String(sliceRow(group, "ttft", "p50_all", part)?.n ?? 0),
      ...COLUMNS.map(({ metric, stat }) => cell(group, metric, stat, part)),
    ],
    [],
  ]);
}

function cell(group: GroupAnalysis, metric: string, stat: Stat, part: string | null): string {
  const row = sliceRow(group, metric, stat, part);
  if (row === undefined || row.value === null) return NO_VALUE;
  return row.unit === "share" ? percent(row.value) : short(row.value);
}

/** What a cache did for the prompts that can have one: those of a warm scenario, and later turns. One sentence each. */
export function cacheSentences(analysis: Analysis): readonly string[] {
  return analysis.groups.flatMap((group) => {
    const { scenario, target } = group;
    if (scenario.conversation === null && scenario.prompt.cache === "cold") return [];
    const name = analysis.manifest.scenarios.length > 1 ? `${scenario.id}, ${target.id}` : target.id;
    const parts = partsOf(group);
    const [first, last] = [parts[0], parts.at(-1)];
    if (scenario.conversation === null || first === undefined || last === undefined) {
      return [`${name}: ${cachedText(group, null)}`];
    }
    const turn = (part: string): string => `TTFT p50 ${cell(group, "ttft", "p50_all", part)} ms`;
    return [`${name}: ${turn(first)} at ${first}, ${turn(last)} at ${last}; ${cachedText(group, last)} at ${last}`];
  });
}

function cachedText(group: GroupAnalysis, part: string | null): string {
  const share = cell(group, "cached_share", "value", part);
  return share === NO_VALUE ? "no word of cached tokens" : `${share} % of input tokens from its cache`;
}

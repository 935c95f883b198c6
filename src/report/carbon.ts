import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import type { CarbonEstimate } from "../measure/carbon/estimate.ts";
import { twoDigits } from "../measure/carbon/significant.ts";
import { GENERAL_STATEMENTS } from "../measure/carbon/statements.ts";
import { simulatedMark } from "./facts.ts";
import { table, type Section } from "./table.ts";
import { interval, NO_VALUE, short } from "./text.ts";

/** What may be said of who emits less: one sentence for each target that is below others, none while ranges overlap. */
export function carbonSentences({ carbonVerdicts }: Analysis, isOneOfMany: boolean): readonly string[] {
  const decided = carbonVerdicts.filter(({ lower }) => lower !== null);
  const said = [...Map.groupBy(decided, ({ scenario, lower }) => `${scenario} ${lower}`).values()].map((verdicts) => {
    const { scenario, lower } = verdicts[0]!;
    const others = verdicts.map(({ a, b }) => (a === lower ? b : a)).join(", ");
    const text = `${lower} is estimated to emit less per 1,000 output tokens than ${others}, in at least 95 % of draws`;
    return { scenario, text };
  });
  // Scenarios mostly agree.
  return [...Map.groupBy(said, ({ text }) => text)].map(([text, all]) =>
    isOneOfMany ? `${all.map(({ scenario }) => scenario).join(", ")}: ${text}` : text,
  );
}

/** The estimates at length, with the words that belong beside them; nothing where no target has one. */
export function carbonSections(analysis: Analysis): readonly Section[] {
  const { groups, carbonVerdicts } = analysis;
  if (groups.every(({ carbon }) => carbon.kind === "not-estimable")) return [];
  const invented = "SIMULATED: place, machine and batch size of a simulated target are invented.";
  const method =
    "Who emits less is decided by draws from all that is uncertain: in at least 95 % of them, both with what is unknown the same for two " +
    "targets and with it different. So of two targets whose ranges overlap one may be shown to be lower: high for the one and low for the other is rare.";
  const open = "Of some targets it is not known which emits less.";
  return [
    {
      heading: "Carbon estimate",
      text: [
        ...(simulatedMark(analysis) === null ? [] : [invented]),
        ...GENERAL_STATEMENTS,
        ...(carbonVerdicts.some(({ aLower }) => aLower !== null) ? [method] : []),
        ...(carbonVerdicts.some(({ lower, aLower }) => lower === null && aLower !== null) ? [open] : []),
        "Energy, water, market-based figures and every factor with its source: herdbench explain RUN TARGET carbon, or report.json.",
      ].join(" "),
      table: table(
        ["scenario", "target"],
        ["gCO2e/1k low", "central", "high"],
        ["it is a", "hardware", "grid", "to know"],
        groups.map((group) => [[group.scenario.id, group.target.id], ...cells(group)]),
      ),
    },
  ];
}

function cells({ carbon }: GroupAnalysis): readonly [numbers: readonly string[], after: readonly string[]] {
  const none = [NO_VALUE, NO_VALUE, NO_VALUE];
  if (carbon.kind === "not-estimable") return [none, [NO_VALUE, NO_VALUE, NO_VALUE, carbon.reason]];
  const grams = carbon.per1kOutput?.totalG ?? null;
  return [
    grams === null ? none : [grams.low, grams.central, grams.high].map(twoDigits),
    [carbon.sci.label, hardwareOf(carbon), gridOf(carbon), carbon.flags.join(", ")],
  ];
}

function hardwareOf({ scenarios }: CarbonEstimate): string {
  return scenarios.map((one) => (one.kind === "calibrated" ? one.shape.id : "joules as supplied")).join(" or ");
}

/** `US-MIDA-PJM 418 (271-418) g/kWh, 2025`. */
function gridOf({ site: { place, grid } }: CarbonEstimate): string {
  const zone = place.zones.length === 0 ? "unknown" : place.zones.join(" or ");
  const { low, central, high } = grid.range;
  return `${zone} ${short(central)} (${interval(low, high)}) g/kWh, ${grid.date}`;
}

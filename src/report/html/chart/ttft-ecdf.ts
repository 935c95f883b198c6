import * as Plot from "@observablehq/plot";
import { ttft } from "../../../measure/metrics/ttft.ts";
import { ascending, nearestRank } from "../../../measure/quantile.ts";
import { percent, short } from "../../text.ts";
import { logAxis } from "./axis.ts";
import { lineItem, type Picture } from "./picture.ts";
import type { Entry, Scene } from "./series.ts";
import { svgOf } from "./svg.ts";

const TITLE = "Time to first token, all requests";

/** A line of more steps than a screen has pixels is drawn through so many of its quantiles. */
const STEPS_MAX = 200;

interface Step {
  readonly ms: number;
  readonly share: number;
}

/** The share of requests that had their first token within a time; a failure never has one. */
export function ttftDistribution({ entries, scenario: { slo } }: Scene): Picture {
  const lines = entries.flatMap((entry) => lineOf(entry) ?? []);
  if (lines.length === 0) return { title: TITLE, absent: "no answer has a first token on record" };
  const limits = slo.ttftMs === null ? [] : [slo.ttftMs];
  const x = logAxis("TTFT, ms", [...lines.flatMap(({ steps }) => [steps[0]!.ms, steps.at(-1)!.ms]), ...limits]);
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${lines.map(({ text }) => text).join("; ")}`, {
      height: 280,
      x,
      y: { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: percent, label: "% of requests", grid: true },
      marks: [
        Plot.ruleX(limits, { stroke: "var(--bad)", strokeWidth: 1.5 }),
        ...lines.map(({ entry: { series }, steps }) =>
          Plot.line(steps, {
            x: "ms",
            y: "share",
            curve: "step-after",
            stroke: series.colour,
            strokeWidth: 2,
            strokeDasharray: series.dash,
          }),
        ),
      ],
    }),
    legend: lines.map(({ entry }) => lineItem(entry.series)),
    caption:
      "Further left is faster; the steeper, the steadier. Read the median at 50 %. A line that ends below 100 % lacks the " +
      "requests that failed. " +
      (slo.ttftMs === null ? "" : `The upright line is the objective, ${short(slo.ttftMs)} ms. `) +
      `Each step is a request, beyond ${STEPS_MAX} requests a quantile.`,
  };
}

function lineOf(
  entry: Entry,
): { readonly entry: Entry; readonly steps: readonly Step[]; readonly text: string } | null {
  const { successes, failures } = entry.group;
  const sorted = ascending(successes.flatMap((sample) => ttft.read(sample).values).filter((ms) => ms > 0));
  if (sorted.length === 0) return null;
  const all = sorted.length + failures.length;
  const count = Math.min(sorted.length, STEPS_MAX);
  const steps = Array.from({ length: count }, (_, index): Step => {
    const rank = nearestRank(sorted.length, (index + 1) / count);
    return { ms: sorted[rank]!, share: (rank + 1) / all };
  });
  const at = (p: number): string => short(sorted[nearestRank(sorted.length, p)]!);
  const answered = percent(sorted.length / all);
  const text = `${entry.series.name} ${answered} % answered, half of these within ${at(0.5)} ms, all within ${at(1)} ms`;
  return { entry, steps: [{ ms: steps[0]!.ms, share: 0 }, ...steps], text };
}

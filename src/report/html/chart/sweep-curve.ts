import * as Plot from "@observablehq/plot";
import type { SweepAnalysis } from "../../../measure/sweep/sweep.ts";
import { loadUnit } from "../../sweep.ts";
import { interval, short } from "../../text.ts";
import { axisFor } from "./axis.ts";
import { lineItem, type Picture } from "./picture.ts";
import { seriesAt } from "./series.ts";
import { svgOf } from "./svg.ts";

const TITLE = "Throughput against load";

/** What each target delivers as load grows, and where it has no more to give. */
export function sweepCurve(sweep: SweepAnalysis, targetIds: readonly string[]): Picture {
  const lines = sweep.targets
    .map(({ target, levels, knee }) => ({
      series: seriesAt(targetIds.indexOf(target), target),
      knee,
      levels: levels.flatMap(({ load, answersPerSecond: answers }) => (answers === null ? [] : [{ load, answers }])),
    }))
    .filter(({ levels }) => levels.length > 0);
  if (lines.length === 0) return { title: TITLE, absent: "no level lasted long enough to have a rate" };
  const tops = lines.flatMap(({ levels, knee }) => [
    ...levels.map(({ answers }) => answers),
    knee?.answersPerSecondHigh ?? 0,
  ]);
  const loads = lines.flatMap(({ levels }) => levels.map(({ load }) => load));
  const text = lines.map(({ series, knee, levels }) =>
    knee === null
      ? `${series.name} up to ${short(Math.max(...levels.map(({ answers }) => answers)))}/s, no knee`
      : `${series.name} knee at ${short(knee.load)} (${interval(knee.loadLow, knee.loadHigh)}), ${short(knee.answersPerSecond)}/s`,
  );
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${text.join("; ")}`, {
      height: 300,
      x: axisFor(loadUnit(sweep), loads),
      y: { ...axisFor("answers per second", [0, ...tops]) },
      marks: lines.flatMap(({ series, levels, knee }) => {
        const one = { length: 1 };
        const style = { stroke: series.colour, strokeWidth: 2 };
        return [
          Plot.line(levels, { x: "load", y: "answers", ...style, strokeDasharray: series.dash }),
          Plot.dot(levels, { x: "load", y: "answers", r: 3, fill: series.colour, symbol: series.symbol }),
          ...(knee === null
            ? []
            : [
                Plot.ruleY(one, { y: [knee.answersPerSecond], x1: [knee.loadLow], x2: [knee.loadHigh], ...style }),
                Plot.dot(one, {
                  x: [knee.load],
                  y: [knee.answersPerSecond],
                  r: 8,
                  fill: "var(--page)",
                  fillOpacity: 0.6,
                  ...style,
                }),
              ]),
        ];
      }),
    }),
    legend: lines.map(({ series }) => lineItem(series)),
    caption:
      "Where a line bends away from the rise, the target has all it can do: a ring is the knee, the bar across it its 95 % interval. " +
      "No ring: no level was saturated.",
  };
}

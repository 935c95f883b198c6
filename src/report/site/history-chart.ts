import * as Plot from "@observablehq/plot";
import type { Point, Series } from "../../measure/series/series.ts";
import { relative } from "../history.ts";
import type { Picture } from "../html/chart/picture.ts";
import { svgOf } from "../html/chart/svg.ts";
import { percent, plural, short } from "../text.ts";

const HEIGHT = 240;
/** Nights that a picture shows at most: the newest. */
const POINTS_MAX = 400;

type Drawn = Point & { readonly value: number };

/** One figure over time: a dot per run with its interval, a rule where the level changed. */
export function historyPicture(title: string, label: string, series: Series): Picture {
  const points = series.points.slice(-POINTS_MAX);
  const known = points.filter((point): point is Drawn => point.isValid && point.value !== null);
  const finite = known.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return { title, absent: "no run has a figure" };
  const ends = finite.filter(({ low, high }) => low !== null && high !== null && Number.isFinite(high));
  const changes = series.changes.filter(({ at }) => at >= points[0]!.at);
  const at = ({ at: time }: { readonly at: string }): Date => new Date(time);
  const last = finite.at(-1)!;
  return {
    title,
    svg: svgOf(`${title}: last ${short(last.value)} ${label}, median ${short(series.median)}, ${known.length} runs`, {
      height: HEIGHT,
      x: { type: "utc", label: null, ticks: 4 },
      y: { label, grid: true, ticks: 5, tickFormat: short, zero: true, nice: true },
      marks: [
        Plot.ruleX(changes, { x: at, stroke: "var(--bad)", strokeDasharray: "4 3" }),
        Plot.ruleX(ends, { x: at, y1: "low", y2: "high", stroke: "var(--s1)", strokeOpacity: 0.35 }),
        Plot.line(finite, { x: at, y: "value", stroke: "var(--s1)", strokeOpacity: 0.6 }),
        Plot.dot(finite, { x: at, y: "value", r: 2, fill: "var(--s1)" }),
        Plot.dot(
          known.filter(({ value }) => !Number.isFinite(value)),
          { x: at, frameAnchor: "top", dy: 5, r: 4, symbol: "times", stroke: "var(--bad)", strokeWidth: 2 },
        ),
      ],
    }),
    legend: [],
    caption: captionOf(series, changes, last),
  };
}

function captionOf(series: Series, changes: Series["changes"], last: Drawn): string {
  const told = [
    `Last ${short(last.value)} on ${last.at.slice(0, 10)}, median ${short(series.median)}.`,
    ...changes.map(
      ({ at, before, after }) =>
        `Another level since ${at.slice(0, 10)}: ${short(after)} after ${short(before)}${relative(before, after)}.`,
    ),
    ...(series.noise === null ? [] : [`From one run to the next ±${percent(series.noise)} %.`]),
    ...(series.invalid === 0 ? [] : [`${plural(series.invalid, "INVALID run")} left out.`]),
    ...(series.points.some(({ value }) => value === Infinity)
      ? ["A cross is a run in which failures stand there."]
      : []),
  ];
  return told.join(" ");
}

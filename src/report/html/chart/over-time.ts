import * as Plot from "@observablehq/plot";
import { ttft } from "../../../measure/metrics/ttft.ts";
import { short } from "../../text.ts";
import { logAxis } from "./axis.ts";
import { type Picture, symbolItem } from "./picture.ts";
import { nameMargin } from "./rows.ts";
import type { Entry, Scene } from "./series.ts";
import { MARGIN, svgOf } from "./svg.ts";

const TITLE = "Time to first token over the run";

/** Marks of one picture, over all targets. */
const MARKS_MAX = 1200;
const ROW_PX = 76;

interface Moment {
  readonly target: string;
  readonly second: number;
  /** Null: it failed, or was dropped. */
  readonly ms: number | null;
}

/** Whether a target was the same all along: one row per target, a dot per request. */
export function latencyOverTime({ entries }: Scene): Picture {
  const start = Math.min(
    ...entries.flatMap(({ group }) => group.measured.map(({ observation }) => observation.stamps.scheduled)),
  );
  const each = Math.floor(MARKS_MAX / entries.length);
  const rows = entries.map((entry) => ({ entry, moments: thinned(momentsOf(entry, start), each) }));
  const moments = rows.flatMap((row) => row.moments);
  const answered = moments.filter((moment): moment is Moment & { readonly ms: number } => moment.ms !== null);
  if (answered.length === 0) return { title: TITLE, absent: "no answer has a first token on record" };
  const y = logAxis(
    "TTFT, ms",
    answered.map(({ ms }) => ms),
  );
  const names = entries.map(({ series }) => series.name);
  const text = rows.map(({ entry, moments: { length } }) => `${entry.series.name} ${length} requests`);
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${text.join("; ")}; from ${short(y.domain[0])} to ${short(y.domain[1])} ms`, {
      height: MARGIN.top + MARGIN.bottom + entries.length * ROW_PX,
      marginLeft: 42,
      marginRight: nameMargin(names),
      x: { label: "seconds since the first request", ticks: 5, tickFormat: short, grid: true },
      y: { ...y, ticks: [...y.ticks].filter((_, index, all) => index === 0 || index === all.length - 1) },
      fy: { domain: names, label: null, padding: 0.3 },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        ...rows.map(({ entry: { series }, moments: own }) =>
          Plot.dot(
            own.filter(({ ms }) => ms !== null),
            { x: "second", y: "ms", fy: "target", r: 2, fill: series.colour },
          ),
        ),
        Plot.dot(
          moments.filter(({ ms }) => ms === null),
          {
            x: "second",
            frameAnchor: "top",
            fy: "target",
            dy: -8,
            r: 4,
            symbol: "times",
            stroke: "var(--bad)",
            strokeWidth: 2,
          },
        ),
      ],
    }),
    legend: [
      symbolItem("answered", { symbol: "circle", fill: "currentColor", r: 2.5 }),
      symbolItem("failed or dropped", { symbol: "times", stroke: "var(--bad)", strokeWidth: 2 }),
    ],
    caption:
      "A level band is a target that stayed the same; a slope or a wave is drift, a group of crosses, which stand above the scale since they have no time, an outage. Log scale, the same " +
      `for all rows. Above ${each} requests a target, the slowest and the median of each of ${each / 2} equal parts of the time.`,
  };
}

function momentsOf({ series, group }: Entry, start: number): readonly Moment[] {
  const at = (us: number): number => (us - start) / 1e6;
  const answered = group.successes.flatMap((sample) =>
    ttft
      .read(sample)
      .values.filter((ms) => ms > 0)
      .map((ms) => ({ target: series.name, second: at(sample.observation.stamps.scheduled), ms })),
  );
  const failed = [...group.failures, ...group.drops].map(({ observation }) => ({
    target: series.name,
    second: at(observation.stamps.scheduled),
    ms: null,
  }));
  return [...answered, ...failed].sort((a, b) => a.second - b.second);
}

/** Of each of equal parts of the time the worst and the median, so that no outage and no outlier goes missing. */
function thinned(moments: readonly Moment[], most: number): readonly Moment[] {
  if (moments.length <= most) return moments;
  const parts = Math.floor(most / 2);
  const length = Math.max(...moments.map(({ second }) => second)) / parts;
  const byPart = Map.groupBy(moments, ({ second }) => Math.min(parts - 1, Math.floor(second / length)));
  return [...byPart.values()].flatMap((part) => {
    const sorted = part.toSorted((a, b) =>
      (a.ms ?? Infinity) === (b.ms ?? Infinity) ? 0 : (a.ms ?? Infinity) - (b.ms ?? Infinity),
    );
    return [...new Set([sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!])];
  });
}

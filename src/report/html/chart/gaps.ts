import * as Plot from "@observablehq/plot";
import { icl } from "../../../measure/metrics/icl.ts";
import { ascending, nearestRank } from "../../../measure/quantile.ts";
import { short } from "../../text.ts";
import { logAxis } from "./axis.ts";
import { type Picture, symbolItem } from "./picture.ts";
import { nameMargin, ROW_PX, ROWS_TOP } from "./rows.ts";
import type { Entry, Scene } from "./series.ts";
import { MARGIN, svgOf } from "./svg.ts";

const TITLE = "Gaps between chunks";

/** Answers that are read for it, evenly chosen by time where a target has more. */
const ANSWERS_MAX = 2000;

interface Gaps {
  readonly entry: Entry;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

/** How steadily text flows once it has begun: one row per target. */
export function gapsBetweenChunks({ entries }: Scene): Picture {
  const rows = entries.flatMap((entry) => gapsOf(entry) ?? []);
  if (rows.length === 0)
    return { title: TITLE, absent: "no answer came in more than one piece, or its events are not on record" };
  const y = rows.map(({ entry }) => entry.series.name);
  const values = (of: "p50" | "p95" | "p99" | "most"): number[] => rows.map((row) => row[of]);
  const fill = rows.map(({ entry }) => entry.series.colour);
  const text = rows.map(
    (row) =>
      `${row.entry.series.name} median ${short(row.p50)}, p95 ${short(row.p95)}, p99 ${short(row.p99)}, longest ${short(row.most)} ms`,
  );
  const [median, p95, p99, longest] = LOOKS;
  const dots = (x: number[], look: Plot.DotOptions): Plot.Markish => Plot.dot(rows, { x, y, stroke: fill, ...look });
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${text.join("; ")}`, {
      height: ROWS_TOP + MARGIN.bottom + rows.length * ROW_PX,
      marginTop: ROWS_TOP,
      marginLeft: nameMargin(y),
      x: logAxis(
        "gap, ms",
        rows.flatMap(({ p50, most }) => [p50, most]),
      ),
      y: { domain: y, label: null, tickSize: 0 },
      marks: [
        Plot.ruleY(rows, { y, x1: values("p50"), x2: values("most"), stroke: fill, strokeWidth: 2 }),
        dots(values("most"), { ...longest, strokeWidth: 1.5 }),
        dots(values("p99"), { ...p99, strokeWidth: 1.5 }),
        dots(values("p95"), { ...p95, fill }),
        dots(values("p50"), { ...median, fill }),
      ],
    }),
    legend: [
      symbolItem("median", { ...median, fill: "currentColor" }),
      symbolItem("p95", { ...p95, fill: "currentColor" }),
      symbolItem("p99", { ...p99, stroke: "currentColor" }),
      symbolItem("longest", { ...longest, stroke: "currentColor" }),
    ],
    caption:
      "Silence between two pieces of text of one answer; a short row near the left is a steady stream, a long one stutters. A " +
      "piece can hold many tokens. Pieces that came in one read have no gap and are left out.",
  };
}

/** Each larger than the one before, so that none hides another. */
const LOOKS = [
  { symbol: "circle", r: 3 },
  { symbol: "diamond", r: 4 },
  { symbol: "square", r: 6 },
  { symbol: "circle", r: 8 },
] as const;

function gapsOf(entry: Entry): Gaps | null {
  const { successes } = entry.group;
  const every = Math.ceil(successes.length / ANSWERS_MAX);
  const read = successes.filter((_, index) => index % every === 0);
  const sorted = ascending(read.flatMap((sample) => icl.read(sample).values.filter((gap) => gap > 0)));
  if (sorted.length === 0) return null;
  const at = (p: number): number => sorted[nearestRank(sorted.length, p)]!;
  return { entry, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

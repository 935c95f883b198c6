import * as Plot from "@observablehq/plot";
import { msFromUs } from "../../../core/units.ts";
import { requestsNeeded } from "../../../measure/intervals.ts";
import { nearestRank } from "../../../measure/quantile.ts";
import type { Sample } from "../../../measure/sample.ts";
import { short } from "../../text.ts";
import { barItem, type Picture } from "./picture.ts";
import { nameMargin, ROW_PX, ROWS_TOP } from "./rows.ts";
import { shadeAt, type Entry, type Scene } from "./series.ts";
import { MARGIN, svgOf } from "./svg.ts";

const TITLE = "Inside a median and a slow request";

/** The parts of a request in order of time, and their colours. */
const PARTS = [
  { name: "due, not yet sent", colour: shadeAt(0) },
  { name: "until the headers", colour: shadeAt(1) },
  { name: "until the first text", colour: shadeAt(2) },
  { name: "text", colour: shadeAt(3) },
  { name: "until the end", colour: shadeAt(4) },
] as const;

interface Segment {
  readonly row: string;
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/** Where the time of two requests of each target went. */
export function waterfall({ entries }: Scene): Picture {
  const rows = entries.flatMap(rowsOf);
  if (rows.length === 0) return { title: TITLE, absent: "no answer has all its moments on record" };
  const names = rows.map(({ row }) => row);
  const most = Math.max(...rows.flatMap(({ segments }) => segments.map(({ to }) => to)));
  const text = rows.map(
    ({ row, segments }) => `${row} ${short(segments.at(-1)!.to)} ms, first text after ${short(segments[2]!.to)}`,
  );
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${text.join("; ")}`, {
      height: ROWS_TOP + MARGIN.bottom + rows.length * (ROW_PX - 6),
      marginTop: ROWS_TOP,
      marginLeft: nameMargin(names),
      x: { domain: [0, most], label: "ms since due", ticks: 4, tickFormat: short, grid: true },
      y: { domain: names, label: null, tickSize: 0, padding: 0.25 },
      marks: [
        Plot.barX(
          rows.flatMap(({ segments }) => segments),
          {
            y: "row",
            x1: "from",
            x2: "to",
            fill: ({ part }: Segment) => PARTS[part]!.colour,
            stroke: "var(--text)",
            strokeWidth: 0.75,
          },
        ),
      ],
    }),
    legend: PARTS.map(({ name, colour }) => barItem(name, colour)),
    caption:
      "Of each target the answer of median time from due to the last text, and that at p99; where the answers are too few for a p99, the " +
      "slowest. Long before the first text: waiting and reading the prompt. Long text: slow writing.",
  };
}

function rowsOf({ series, group }: Entry): readonly { readonly row: string; readonly segments: readonly Segment[] }[] {
  const whole = group.successes
    .map(momentsOf)
    .filter((moments) => moments !== null)
    .sort((a, b) => a[4]! - b[4]!);
  if (whole.length === 0) return [];
  return [
    { p: 0.5, title: "p50" },
    whole.length < requestsNeeded(0.99) ? { p: 1, title: "slowest" } : { p: 0.99, title: "p99" },
  ].map(({ p, title }) => {
    const row = `${series.name} ${title}`;
    const moments = whole[nearestRank(whole.length, p)]!;
    return { row, segments: PARTS.map((_, part) => ({ row, part, from: moments[part]!, to: moments[part + 1]! })) };
  });
}

/** Milliseconds from the moment at which it was due to the ends of all parts; null when one did not happen. */
function momentsOf({ observation: { stamps } }: Sample): readonly number[] | null {
  const { scheduled, sent, headers, firstContent, lastContent, end } = stamps;
  if (sent === null || headers === null || firstContent === null || lastContent === null || end === null) return null;
  return [scheduled, sent, headers, firstContent, lastContent, end].map((stamp) => msFromUs(stamp - scheduled));
}

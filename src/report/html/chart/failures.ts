import * as Plot from "@observablehq/plot";
import { percent, tally } from "../../text.ts";
import { barItem, type Picture } from "./picture.ts";
import { nameMargin, ROW_PX, ROWS_TOP } from "./rows.ts";
import { shadeAt, SHADES, type Scene } from "./series.ts";
import { MARGIN, svgOf } from "./svg.ts";

const TITLE = "Failures by kind";

interface Part {
  readonly target: string;
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

/** What share of the requests failed, and of what. */
export function failuresByKind({ entries }: Scene): Picture {
  const rows = entries.map(({ series, figures: { counts } }) => {
    const kinds = {
      ...counts.failures,
      ...(counts.dropped > 0 ? { "dropped (in-flight limit)": counts.dropped } : {}),
    };
    const failed = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    return { target: series.name, kinds, failed, asked: counts.succeeded + failed };
  });
  if (rows.every(({ asked }) => asked === 0)) return { title: TITLE, absent: "no request was sent" };
  if (rows.every(({ failed }) => failed === 0)) return { title: TITLE, absent: "no request failed" };
  const kinds = [...new Set(rows.flatMap((row) => Object.keys(row.kinds)))].sort();
  // The last shade is of all the rest.
  const colourOf = new Map(kinds.map((kind, index) => [kind, shadeAt(Math.min(index, SHADES - 1))]));
  const parts = rows.flatMap(partsOf);
  const y = rows.map(({ target }) => target);
  const most = Math.max(...parts.map(({ to }) => to));
  const counted = rows.map(({ failed, asked }) => `${failed} of ${asked}`);
  const text = rows.map(
    (row, index) => `${row.target} ${counted[index]}${row.failed === 0 ? "" : `: ${tally(row.kinds)}`}`,
  );
  return {
    title: TITLE,
    svg: svgOf(`${TITLE}: ${text.join("; ")}`, {
      height: ROWS_TOP + MARGIN.bottom + rows.length * ROW_PX,
      marginTop: ROWS_TOP,
      marginLeft: nameMargin(y),
      marginRight: 64,
      x: { domain: [0, most], tickFormat: percent, ticks: 4, label: "% of requests", grid: true },
      y: { domain: y, label: null, tickSize: 0, padding: 0.3 },
      marks: [
        Plot.barX(parts, {
          y: "target",
          x1: "from",
          x2: "to",
          fill: ({ kind }: Part) => colourOf.get(kind)!,
          stroke: "var(--text)",
          strokeWidth: 0.75,
        }),
        Plot.text(rows, {
          y: "target",
          x: ({ failed, asked }: (typeof rows)[number]) => (asked === 0 ? 0 : failed / asked),
          text: counted,
          textAnchor: "start",
          dx: 6,
        }),
      ],
    }),
    legend: [...Map.groupBy(kinds, (kind) => colourOf.get(kind)!)].map(([colour, of]) =>
      barItem(of.join(", "), colour),
    ),
    caption:
      "Of the requests that count, the share that failed, by what went wrong; no bar: none did. Failures of network and tls may come from " +
      "anywhere between here and the target; all others are the target's own, or refusals by a limit that it set.",
  };
}

function partsOf({
  target,
  kinds,
  asked,
}: {
  target: string;
  kinds: Readonly<Record<string, number>>;
  asked: number;
}): readonly Part[] {
  let before = 0;
  return Object.entries(kinds)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => {
      const part = { target, kind, from: before / asked, to: (before + count) / asked };
      before += count;
      return part;
    });
}

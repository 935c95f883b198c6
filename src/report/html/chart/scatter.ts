import * as Plot from "@observablehq/plot";
import { axisFor, pixelsOf } from "./axis.ts";
import { type Box, placeLabels } from "./labels.ts";
import type { Series } from "./series.ts";
import { MARGIN, svgOf, WIDTH } from "./svg.ts";

/** One target on a scatter; low and high draw a bar, and are the value itself where nothing is known of them. */
export interface Point {
  readonly series: Series;
  readonly x: Ends;
  readonly y: Ends;
  /** Pixels. */
  readonly radius: number;
  /** Stands behind the name; empty for none. */
  readonly note: string;
}

export interface Ends {
  readonly low: number;
  readonly value: number;
  readonly high: number;
}

const HEIGHT = 300;
const FRAME = { left: MARGIN.left, right: WIDTH - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };

/** Targets by two figures, each with its name beside it. */
export function scatter(
  label: string,
  points: readonly Point[],
  titles: { readonly x: string; readonly y: string },
): string {
  const x = axisFor(
    titles.x,
    points.flatMap((point) => [point.x.low, point.x.high]),
  );
  const y = axisFor(
    titles.y,
    points.flatMap((point) => [point.y.low, point.y.high]),
  );
  const toX = pixelsOf(x, [FRAME.left, FRAME.right]);
  const toY = pixelsOf(y, [FRAME.bottom, FRAME.top]);
  const places = placeLabels(
    points.map(({ series, x: { value }, y: { value: height }, radius, note }) => ({
      x: toX(value),
      y: toY(height),
      radius,
      text: series.name + note,
    })),
    points.flatMap((point) => [
      ...bar(toX(point.x.low), toX(point.x.high), toY(point.y.value), toY(point.y.value)),
      ...bar(toX(point.x.value), toX(point.x.value), toY(point.y.high), toY(point.y.low)),
    ]),
    { ...FRAME, top: FRAME.top - 8 },
  );
  return svgOf(label, {
    height: HEIGHT,
    x,
    y,
    r: { type: "identity" },
    marks: points.flatMap(({ series, radius, note, ...at }, index) => {
      const { dx, dy, anchor } = places[index]!;
      const [centre, style] = [
        { x: [at.x.value], y: [at.y.value] },
        { stroke: series.colour, strokeWidth: 2 },
      ];
      const one = { length: 1 };
      return [
        Plot.ruleY(one, { y: [at.y.value], x1: [at.x.low], x2: [at.x.high], ...style }),
        Plot.ruleX(one, { x: [at.x.value], y1: [at.y.low], y2: [at.y.high], ...style }),
        Plot.dot(one, {
          ...centre,
          r: radius,
          // Shapes of one area look unequally large.
          fill: series.colour,
          fillOpacity: 0.75,
          ...style,
        }),
        Plot.text(one, {
          ...centre,
          text: [series.name + note],
          dx,
          dy,
          textAnchor: anchor,
          stroke: "var(--page)",
          fill: "var(--text)",
        }),
      ];
    }),
  });
}

/** What an interval takes of the room for labels; nothing where it has no length. */
function bar(left: number, right: number, top: number, bottom: number): readonly Box[] {
  if (left === right && top === bottom) return [];
  return [{ left: left - 1, right: right + 1, top: top - 1, bottom: bottom + 1 }];
}

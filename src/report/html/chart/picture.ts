import { escaped } from "../escaped.ts";
import { svgOf } from "./svg.ts";
import * as Plot from "@observablehq/plot";
import type { Series } from "./series.ts";

/** One entry below a picture: how something in it looks, and what it is. */
export interface LegendItem {
  readonly svg: string;
  readonly text: string;
}

/** A picture, or why there is none. All text is plain and not yet escaped, but for the SVG. */
export type Picture =
  | {
      readonly title: string;
      readonly svg: string;
      readonly legend: readonly LegendItem[];
      /** What to see in it, and what was left out of it. */
      readonly caption: string;
    }
  | { readonly title: string; readonly absent: string };

/** Figures side by side, and below them a line for each one that could not be drawn. */
export function picturesHtml(pictures: readonly Picture[]): string {
  const drawn = pictures.flatMap((picture) => ("svg" in picture ? figureHtml(picture) : []));
  const absent = pictures.flatMap((picture) =>
    "svg" in picture ? [] : `<li>${escaped(`${picture.title}: ${picture.absent}`)}</li>`,
  );
  const figures = drawn.length === 0 ? "" : `<div class="figures">\n${drawn.join("\n")}\n</div>`;
  if (absent.length === 0) return figures;
  return `${figures}\n<p class="quiet">Not drawn:</p>\n<ul class="quiet">\n${absent.join("\n")}\n</ul>`;
}

function figureHtml({ title, svg, legend, caption }: Extract<Picture, { svg: string }>): string {
  const items = legend.map((item) => `<li>${item.svg}${escaped(item.text)}</li>`).join("");
  return [
    `<figure><h4>${escaped(title)}</h4>`,
    svg,
    ...(items === "" ? [] : [`<ul class="legend">${items}</ul>`]),
    `<figcaption>${escaped(caption)}</figcaption></figure>`,
  ].join("\n");
}

const NO_MARGIN = { marginTop: 0, marginRight: 0, marginBottom: 0, marginLeft: 0 } as const;
const SWATCH = {
  width: 28,
  height: 14,
  ...NO_MARGIN,
  axis: null,
  x: { domain: [0, 1] },
  y: { domain: [-1, 1] },
} as const;

export function lineItem({ name, colour, dash }: Series): LegendItem {
  const options = { x: [0, 1], y: [0, 0], stroke: colour, strokeWidth: 2.5, strokeDasharray: dash };
  return { svg: svgOf(null, { ...SWATCH, marks: [Plot.line({ length: 2 }, options)] }), text: name };
}

export function dotItem({ name, colour, symbol }: Series): LegendItem {
  return symbolItem(name, { fill: colour, symbol });
}

/** @param look options of a dot */
export function symbolItem(text: string, look: Plot.DotOptions): LegendItem {
  return {
    svg: svgOf(null, { ...SWATCH, marks: [Plot.dot({ length: 1 }, { r: 5, ...look, x: [0.5], y: [0] })] }),
    text,
  };
}

export function barItem(text: string, colour: string): LegendItem {
  const bar = { x1: [0.2], x2: [0.8], y1: [-0.8], y2: [0.8], fill: colour, stroke: "currentColor" };
  return { svg: svgOf(null, { ...SWATCH, marks: [Plot.rect({ length: 1 }, bar)] }), text };
}

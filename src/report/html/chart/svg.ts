import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escaped } from "../escaped.ts";

/** Every picture is as wide as a phone shows without shrinking its text much, and pages put several side by side. */
export const WIDTH = 400;
export const MARGIN = { top: 26, right: 16, bottom: 40, left: 46 } as const;

const FONT_SIZE = 13;

/** Where the library puts its elements: a tree of plain objects, not a browser, so the types of a browser are not here either. */
const { document } = parseHTML("<html></html>") as { readonly document: object };
const plot = Plot.plot as (options: object) => { readonly outerHTML: string };

/**
 * A picture as SVG text, the same for the same input. What the library would style by itself, the page's policy would refuse, so
 * the page's own sheet does it.
 *
 * @param label what the picture shows, for those who do not see it; null for an ornament
 */
export function svgOf(label: string | null, options: Plot.PlotOptions): string {
  const margins = { marginTop: MARGIN.top, marginRight: MARGIN.right, marginBottom: MARGIN.bottom };
  const { outerHTML } = plot({
    document,
    width: WIDTH,
    marginLeft: MARGIN.left,
    ...margins,
    ...options,
  });
  const role = label === null ? 'aria-hidden="true"' : `role="img" aria-label="${escaped(label)}"`;
  return (
    rounded(outerHTML)
      .replace(/<style>[^<]*<\/style>/, "")
      // One picture has one name: parts of it have none.
      .replace(/ aria-(?:label|hidden)="[^"]*"/g, "")
      .replace(/^<svg /, `<svg ${role} `)
      .replace('font-size="10"', `font-size="${FONT_SIZE}"`)
      .replace(/ font-family="[^"]*"/, "")
  );
}

/** A tenth of a pixel is finer than any screen; what stands between tags is left alone. */
function rounded(svg: string): string {
  return svg.replace(/ (?:d|points|transform|c[xy]|[xy][12]?|r|width|height|viewBox)="[^"]*"/g, (attribute) =>
    attribute.replace(/\d+\.\d+/g, (number) => String(Math.round(Number(number) * 10) / 10)),
  );
}

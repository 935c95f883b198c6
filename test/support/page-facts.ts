import type { Page } from "playwright-core";

/** One picture as a reader gets it. */
export interface FigureFacts {
  readonly title: string;
  /** Shapes that are drawn in it. */
  readonly marks: number;
  readonly heightPx: number;
  /** For those who do not see it. */
  readonly words: string;
  readonly caption: string;
}

/* What is asked inside the browser is text: these sources know no browser's types. */

const FIGURES = `[...document.querySelectorAll("figure")].map((figure) => ({
  title: figure.querySelector("h4")?.textContent ?? "",
  marks: figure.querySelectorAll(":scope > svg :is(circle, path, rect, line)").length,
  heightPx: figure.querySelector(":scope > svg")?.getBoundingClientRect().height ?? 0,
  words: figure.querySelector(":scope > svg[role=img]")?.getAttribute("aria-label") ?? "",
  caption: figure.querySelector("figcaption")?.textContent ?? "",
}))`;

export async function figuresOf(page: Page): Promise<readonly FigureFacts[]> {
  return await page.evaluate(FIGURES);
}

const TROUBLES = `[...document.querySelectorAll("figure")].flatMap((figure) => {
  const frame = figure.getBoundingClientRect();
  const title = figure.querySelector("h4")?.textContent ?? "";
  const boxes = [...figure.querySelectorAll("svg text")]
    .filter((text) => text.textContent !== "")
    .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
  const isCut = ({ box }) => box.left < frame.left || box.right > frame.right;
  const meet = ({ box: a }, { box: b }) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return [
    ...boxes.filter(isCut).map(({ text }) => title + ": " + text + " is cut"),
    ...boxes.flatMap((one, index) =>
      boxes.slice(index + 1).filter((other) => meet(one, other)).map((other) => title + ": " + one.text + " on " + other.text)),
  ];
})`;

/** Texts of pictures that are cut, or that stand on each other. */
export async function textTroubles(page: Page): Promise<readonly string[]> {
  return await page.evaluate(TROUBLES);
}

/** The texts of one column of the table in a region, from top to bottom. */
export async function columnOf(page: Page, region: string, title: string): Promise<readonly string[]> {
  const table = page.getByRole("region", { name: region, exact: true });
  const titles = (await table.locator("thead th").allInnerTexts()).map((text) => text.replace(/\s*[↑↓]$/, ""));
  const place = titles.indexOf(title) + 1;
  if (place === 0) throw new Error(`no column ${title} among ${titles.join(", ")}`);
  return table.locator(`tbody tr > :nth-child(${place})`).allInnerTexts();
}

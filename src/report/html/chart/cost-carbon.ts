import { interval, short } from "../../text.ts";
import { absenceOf, CARBON, COST, valueOf } from "../../answer-questions.ts";
import { rowOf } from "../../headline.ts";
import type { Picture } from "./picture.ts";
import { scatter, type Ends, type Point } from "./scatter.ts";
import type { Entry, Scene } from "./series.ts";

const TITLE = "Cost against carbon";

/** What good answers cost in money, and what output is estimated to emit. */
export function costAgainstCarbon({ entries }: Scene): Picture {
  const known = entries.flatMap((entry) => pointOf(entry) ?? []);
  if (known.length === 0) return { title: TITLE, absent: "no target has both a price and a carbon estimate" };
  const points = known.map(({ point }) => point);
  const missing = entries.filter(({ series }) => points.every((point) => point.series !== series));
  const left = missing.map((entry) => `${entry.series.name} (${whyAbsent(entry)})`).join(", ");
  return {
    title: TITLE,
    svg: scatter(`${TITLE}: ${known.map(({ text }) => text).join("; ")}`, points, {
      x: "USD per 1,000 good answers",
      y: "gCO2e per 1,000 output tokens",
    }),
    legend: [],
    caption:
      "Down and to the left is better. Bars across are 95 % intervals of the cost; upright ones are the judged range of the " +
      "carbon estimate. Where two of them share a height, the picture does not tell which emits less; draws of both may, and the answers above say so." +
      (left === "" ? "" : ` Not shown: ${left}.`),
  };
}

function whyAbsent({ figures }: Entry): string {
  const lacking = [COST, CARBON].filter((question) => valueOf(question, figures) === null);
  return lacking.map((question) => absenceOf(question, figures)).join("; ");
}

function pointOf({ series, figures }: Entry): { readonly point: Point; readonly text: string } | null {
  const usd = endsOf(figures, "cost_per_1k_good");
  const grams = endsOf(figures, "gco2e_per_1k_output");
  if (usd === null || grams === null) return null;
  const range = interval(usd.low, usd.high);
  const text = `${series.name} $${short(usd.value)} (${range}), ${interval(grams.low, grams.high)} g`;
  return { point: { series, x: usd, y: grams, radius: 5, note: "" }, text };
}

/** An interval without an upper end goes as far as its value. */
function endsOf(figures: Entry["figures"], metric: string): Ends | null {
  const row = rowOf(figures, metric, "value");
  if (row === undefined || row.value === null || !Number.isFinite(row.value)) return null;
  const [low, high] = [row.low ?? row.value, row.high ?? row.value];
  return {
    low: Number.isFinite(low) ? low : row.value,
    value: row.value,
    high: Number.isFinite(high) ? high : row.value,
  };
}

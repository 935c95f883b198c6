import { percent, short } from "../../text.ts";
import { rowOf } from "../../headline.ts";
import type { Picture } from "./picture.ts";
import { scatter, type Point } from "./scatter.ts";
import type { Entry, Scene } from "./series.ts";

const TITLE = "Price against output speed";

/** A bubble of all good answers, pixels; its area goes with the share. */
const RADIUS_ALL_GOOD = 11;
const RADIUS_MIN = 3;

/** What a million tokens of this workload cost, and how fast they come. */
export function priceAgainstSpeed({ entries }: Scene): Picture {
  const known = entries.flatMap((entry) => pointOf(entry) ?? []);
  if (known.length === 0) return { title: TITLE, absent: "no target has both a price and a speed" };
  const points = known.map(({ point }) => point);
  const missing = entries.filter(({ series }) => points.every((point) => point.series !== series));
  const left = missing.map(({ series }) => series.name).join(", ");
  return {
    title: TITLE,
    svg: scatter(`${TITLE}: ${known.map(({ text }) => text).join("; ")}`, points, {
      x: "USD per million tokens",
      y: "tokens per second, median",
    }),
    legend: [],
    caption:
      "Up and to the left is better: faster for less. The area of a bubble goes with the share of requests that met every limit; " +
      `it stands behind the name where it is below 100 %.${left === "" ? "" : ` Without price or speed, so not shown: ${left}.`}`,
  };
}

function pointOf(entry: Entry): { readonly point: Point; readonly text: string } | null {
  const usd = rowOf(entry.figures, "cost_per_mtok", "value")?.value ?? null;
  const speed = rowOf(entry.figures, "output_speed", "p50_all")?.value ?? null;
  const good = rowOf(entry.figures, "goodput_share", "value")?.value ?? null;
  if (usd === null || speed === null || !Number.isFinite(usd)) return null;
  const at = (value: number): Point["x"] => ({ low: value, value, high: value });
  const isAll = good === null || good === 1;
  const radius = Math.max(RADIUS_MIN, RADIUS_ALL_GOOD * Math.sqrt(good ?? 1));
  return {
    point: { series: entry.series, x: at(usd), y: at(speed), radius, note: isAll ? "" : ` ${percent(good)} %` },
    text: `${entry.series.name} $${short(usd)}, ${short(speed)} tokens/s, ${percent(good)} % good`,
  };
}

import * as Plot from "@observablehq/plot";
import { short } from "../../text.ts";

/** Further apart than this, values on an even scale crowd at its low end. */
const EVEN_RATIO_MAX = 10;

export interface Axis {
  readonly type: "linear" | "log";
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly label: string;
  readonly tickFormat: (value: number) => string;
  readonly grid: true;
}

/** An axis from 0, or a logarithmic one where the values, all above 0, are far apart; the label then says so. */
export function axisFor(label: string, values: readonly number[]): Axis {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (least > 0 && most / least > EVEN_RATIO_MAX) return logAxis(label, values);
  const end = most <= 0 ? 1 : most * 1.06;
  return { ...common(label), type: "linear", domain: [0, end], ticks: evenTicks(end) };
}

/** @param values above 0, at least one */
export function logAxis(label: string, values: readonly number[]): Axis {
  const domain = [Math.min(...values) / 1.15, Math.max(...values) * 1.15] as const;
  return { ...common(`${label}, log scale`), type: "log", domain, ticks: logTicks(domain) };
}

/** Where a value stands on a scale that is drawn between two pixels. */
export function pixelsOf({ type, domain }: Axis, range: readonly [number, number]): (value: number) => number {
  const scale = Plot.scale({ x: { type, domain, range } });
  return (value) => Number(scale.apply(value));
}

function common(label: string): Pick<Axis, "label" | "tickFormat" | "grid"> {
  return { label, tickFormat: short, grid: true };
}

const TICKS_MAX = 6;

function evenTicks(end: number): readonly number[] {
  const step = [1, 2, 5, 10].map((factor) => factor * 10 ** Math.floor(Math.log10(end / TICKS_MAX)));
  const fitting = step.find((size) => end / size <= TICKS_MAX) ?? end;
  return Array.from({ length: Math.floor(end / fitting) + 1 }, (_, index) => Number((index * fitting).toPrecision(6)));
}

/** Of the finest of three sets that is not too many. */
function logTicks([low, high]: readonly [number, number]): readonly number[] {
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, index) => 10 ** (Math.floor(Math.log10(low)) + index),
  );
  const sets = [[1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 5], [1, 3], [1]].map((factors) =>
    powers
      .flatMap((power) => factors.map((factor) => Number((power * factor).toPrecision(6))))
      .filter((tick) => tick >= low && tick <= high),
  );
  return sets.find((ticks) => ticks.length <= TICKS_MAX) ?? sets.at(-1)!;
}

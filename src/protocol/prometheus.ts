import type { Histogram } from "../core/server-metrics.ts";

/** More histograms are no engine's. */
const HISTOGRAMS_MAX = 500;
/** `name_sum{labels} value timestamp`; the name is one that Prometheus allows. */
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]{0,200})_(sum|count)(?:\{.*\})?[ \t]+(\S+)/;

/**
 * Sum and count of every histogram in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/),
 * by name, labels added up: an engine has one series per model and replica, and a run asks all of them. Lines that are not
 * understood are skipped.
 */
export function histogramsOf(text: string): readonly Histogram[] {
  const found = new Map<string, { sum: number | null; count: number | null }>();
  for (const line of text.split("\n")) {
    const [, name, part, written = ""] = SAMPLE.exec(line) ?? [];
    const value = numberOf(written);
    if (name === undefined || value === null) continue;
    const known = found.get(name) ?? { sum: null, count: null };
    if (part === "sum") known.sum = (known.sum ?? 0) + value;
    else known.count = (known.count ?? 0) + value;
    if (found.has(name) || found.size < HISTOGRAMS_MAX) found.set(name, known);
  }
  return [...found]
    .flatMap(([name, { sum, count }]) => (sum === null || count === null ? [] : [{ name, sum, count }]))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** As Go and Python print floats: decimal, with or without an exponent. Infinities and NaN say nothing here. */
function numberOf(text: string): number | null {
  if (!/^\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

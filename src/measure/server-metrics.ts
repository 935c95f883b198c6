import { mean } from "simple-statistics";
import type { Histogram, ServerScrape } from "../core/server-metrics.ts";
import type { Group } from "./group.ts";
import { paceOf } from "./pace.ts";
import { spanMs, type Sample } from "./sample.ts";

/** One latency as the engine measured it during the run, beside ours. Means; milliseconds. */
export interface ServerMetric {
  readonly target: string;
  /** The engine's own name of it. */
  readonly name: string;
  /** Our metric that comes closest; null when we have none. */
  readonly ours: "ttft" | "tpot" | "e2e" | null;
  readonly serverMeanMs: number;
  /** Values that the engine saw between the two readings, other clients' too. */
  readonly serverCount: number;
  readonly ourMeanMs: number | null;
  readonly ourCount: number;
}

/**
 * Latencies of vLLM and of engines that took over its names, in the order in which they pass; with what of ours they compare.
 * Ours hold the network too, and only the requests of this run.
 */
const LATENCIES: readonly (readonly [suffix: string, ours: ServerMetric["ours"]])[] = [
  ["request_queue_time_seconds", null],
  ["request_prefill_time_seconds", null],
  ["time_to_first_token_seconds", "ttft"],
  ["inter_token_latency_seconds", "tpot"],
  ["time_per_output_token_seconds", "tpot"],
  ["request_time_per_output_token_seconds", "tpot"],
  ["request_decode_time_seconds", null],
  ["e2e_request_latency_seconds", "e2e"],
];

/** What the engine's histograms gained during the run, as means, beside the means over all of our answers, warm-ups too. */
export function serverMetrics(scrapes: readonly ServerScrape[], groups: readonly Group[]): readonly ServerMetric[] {
  return scrapes.flatMap(({ target, before, after }) => {
    if (before === null || after === null) return [];
    const answers = groups
      .filter((group) => group.target.id === target)
      .flatMap(({ samples }) => samples.filter(({ observation }) => observation.outcome === "completed"));
    return LATENCIES.flatMap(([suffix, ours]) => {
      const gained = difference(before, after, suffix);
      if (gained === null) return [];
      const values = ours === null ? [] : answers.flatMap((sample) => OURS[ours](sample) ?? []);
      return {
        target,
        name: gained.name,
        ours,
        serverMeanMs: (gained.sum / gained.count) * 1000,
        serverCount: gained.count,
        ourMeanMs: values.length === 0 ? null : mean(values),
        ourCount: values.length,
      };
    });
  });
}

const OURS: Readonly<Record<NonNullable<ServerMetric["ours"]>, (sample: Sample) => number | null>> = {
  ttft: ({ observation }) => spanMs(observation.stamps, "sent", "firstContent"),
  tpot: (sample) => {
    const { pace } = paceOf(sample);
    return pace === null ? null : pace.ms / pace.tokens;
  },
  e2e: ({ observation }) => spanMs(observation.stamps, "sent", "lastContent"),
};

/** Null when the engine has no such histogram, saw nothing meanwhile, or was started anew between the readings. */
function difference(before: readonly Histogram[], after: readonly Histogram[], suffix: string): Histogram | null {
  const last = after.find(({ name }) => name.split(":").at(-1) === suffix);
  if (last === undefined) return null;
  const first = before.find(({ name }) => name === last.name) ?? { sum: 0, count: 0 };
  const [sum, count] = [last.sum - first.sum, last.count - first.count];
  return count > 0 && sum >= 0 ? { name: last.name, sum, count } : null;
}

import type { BaseStat, Stat, SummaryRow } from "../../core/metric.ts";
import type { Stamps } from "../../core/observation.ts";
import { FLAGS } from "../flags.ts";
import type { Group } from "../group.ts";
import { quantileRanks } from "../intervals.ts";
import type { Metric, RequestMetric } from "../metric.ts";
import { nearestRank } from "../quantile.ts";
import type { Sample } from "../sample.ts";
import { failedOf, population } from "../summarise.ts";
import { fact, THIS_RUN, type Fact, type Part } from "./explanation.ts";

/** Stamps that a span is taken between, by metric. */
const STAMPS: Readonly<Record<string, readonly (keyof Stamps)[]>> = {
  ttft: ["sent", "firstContent"],
  ttft_from_schedule: ["scheduled", "firstContent"],
  ttfb: ["sent", "headers"],
  first_request: ["released", "firstContent"],
  tpot: ["firstContent", "lastContent"],
  output_speed: ["firstContent", "lastContent"],
  stall: ["firstContent", "lastContent"],
  icl: ["firstContent", "lastContent"],
  e2e: ["sent", "lastContent"],
  time_to_100_tokens: ["sent", "firstContent", "lastContent"],
  latency_from_schedule: ["scheduled", "lastContent"],
  user_latency: ["scheduled", "lastContent"],
  lag: ["scheduled", "released"],
  client_delay: ["scheduled", "sent"],
  ttft_gap: ["sent", "firstContent"],
};

const MODELLED = { source: "modelled from this run's records and the factors below", date: THIS_RUN.date } as const;

const QUANTILES: Readonly<Partial<Record<BaseStat, number>>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/** One figure of the summary: what it means, its value, which attempts make it, how its interval was found, and its flags. */
export function figureParts(group: Group, metric: Metric, row: SummaryRow): readonly Part[] {
  const isModelled = metric.unit === "g/1k";
  const from = isModelled ? MODELLED : THIS_RUN;
  return [
    {
      heading: "definition",
      sentences: [`${metric.title}: ${metric.definition}`],
      facts: [],
    },
    {
      heading: "figure",
      sentences: [intervalSentence(metric, row)],
      facts: [
        { ...fact(`${row.metric} ${row.stat}`, row.value, row.unit, from), low: row.low, high: row.high },
        fact(
          "n",
          row.n,
          isModelled ? "answers whose tokens and pace went into the model" : "observations behind the value",
          THIS_RUN,
        ),
      ],
    },
    ...(metric.level === "request" ? [observationPart(group, metric, row.stat)] : []),
    ...flagParts(row.flags),
  ];
}

export function flagParts(flags: readonly string[]): readonly Part[] {
  if (flags.length === 0) return [];
  const meanings: Readonly<Record<string, string>> = FLAGS;
  return [{ heading: "flags", sentences: flags.map((flag) => `${flag}: ${meanings[flag] ?? flag}`), facts: [] }];
}

function intervalSentence(metric: Metric, { stat, low, unit }: SummaryRow): string {
  if (low === null) return "No interval is stated.";
  if (unit === "g/1k") return "low and high are a judged range of the model, not an interval of these answers.";
  if (metric.level === "request") {
    return `95 % interval: order statistics of the raw values by the binomial, equal tails (nearest rank; ${stat}).`;
  }
  return unit === "share" ? "95 % interval: Wilson score." : "low and high are formed as the definition says.";
}

interface Valued {
  readonly id: string;
  readonly value: number;
  readonly sample: Sample | null;
}

/** Which attempts a statistic stands on. */
function observationPart(group: Group, metric: RequestMetric, stat: Stat): Part {
  const valued = valuesOf(group, metric, stat);
  const base = stat.replace("_all", "") as BaseStat;
  const failures = valued.filter(({ sample }) => sample === null).length;
  const at = (rank: number, what: string): readonly Fact[] => {
    const one = valued[rank];
    return one === undefined
      ? []
      : [fact(`${what}, rank ${rank + 1} of ${valued.length}`, one.value, metric.unit, idOf(one))];
  };
  const p = QUANTILES[base];
  const ranks = p === undefined ? null : quantileRanks(valued.length, p);
  const chosen = p === undefined ? rankOf(base, valued.length) : ranks === null ? null : nearestRank(valued.length, p);
  const found = chosen === null ? undefined : valued[chosen];
  return {
    heading: "observations",
    sentences: [
      `${valued.length} values in ascending order: ${populationText(metric)}` +
        (failures === 0 ? "." : `, and ${failures} failures at their worst.`),
      ...(p !== undefined && ranks === null
        ? ["Too few for a 95 % interval of this quantile, so the cell is empty."]
        : []),
      ...(base === "mean" ? ["The mean is over all of them."] : []),
    ],
    facts: [
      ...(ranks === null ? [] : at(ranks.low, "low end")),
      ...(chosen === null ? [] : at(chosen, "value")),
      ...(ranks === null ? [] : at(ranks.high, "high end")),
      ...stampFacts(metric.id, found?.sample ?? null),
    ],
  };
}

function valuesOf(group: Group, metric: RequestMetric, stat: Stat): readonly Valued[] {
  const read = population(group, metric).flatMap((sample): Valued[] =>
    metric.read(sample).values.map((value) => ({ id: sample.observation.id, value, sample })),
  );
  const of = metric.over === "requests" ? group.requests : group;
  // As in the summary: failures alone would speak of a metric that is not there.
  const isThere = of.successes.length === 0 || read.length > 0;
  const worst = metric.failures === "zero" ? 0 : Infinity;
  const failed = stat.endsWith("_all") && isThere ? failedOf(of, metric) : [];
  const all = [...read, ...failed.map(({ observation: { id } }): Valued => ({ id, value: worst, sample: null }))];
  return all.toSorted((a, b) => (a.value === b.value ? (a.id < b.id ? -1 : 1) : a.value - b.value));
}

function rankOf(stat: BaseStat, n: number): number | null {
  if (n === 0 || stat === "mean") return null;
  return stat === "min" ? 0 : n - 1;
}

function populationText({ over }: RequestMetric): string {
  switch (over) {
    case "successes":
      return "first attempts that were answered";
    case "requests":
      return "requests, by the attempt that answered them";
    case "attempts":
      return "first attempts that have the stamps";
    case "all":
      return "all attempts that have it, warm-ups and retries included";
  }
}

function stampFacts(metric: string, sample: Sample | null): readonly Fact[] {
  if (sample === null) return [];
  const { stamps } = sample.observation;
  return (STAMPS[metric] ?? []).map((name) =>
    fact(`stamp ${name} of that value`, stamps[name], "µs since the run's origin", idOf({ id: sample.observation.id })),
  );
}

function idOf({ id }: Pick<Valued, "id">): { readonly source: string; readonly date: string } {
  return { source: `observation ${id} in observations.ndjson.gz`, date: THIS_RUN.date };
}

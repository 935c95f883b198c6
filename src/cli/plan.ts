import type { RunRecord } from "../core/run.ts";
import { METRICS } from "../measure/catalogue.ts";
import { DETECTABLE, detections, type Detection } from "../measure/compare/detect.ts";
import { POWER } from "../measure/compare/power.ts";
import { ALPHA } from "../measure/compare/verdicts.ts";
import { groupsOf } from "../measure/group.ts";
import type { RequestMetric } from "../measure/metric.ts";
import { vantageFaults } from "../measure/vantage-fault.ts";
import { decimal, NO_VALUE, percent, short, usd } from "../report/text.ts";
import { readRun } from "../store/read.ts";
import { resolveRun } from "../store/resolve.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { plannedOf } from "./publish-report.ts";
import { columns } from "./table.ts";
import { UsageError } from "./usage-error.ts";

export interface PlanOptions {
  readonly detect: number;
  readonly run: string;
  readonly metric: string;
  readonly scenario?: readonly string[];
  readonly resultDir: string;
  readonly json?: boolean;
}

/** A verdict to buy on takes the night as its unit, and at least so many. */
const NIGHTS_MIN = 7;

/** `herdbench plan --detect 10%`: what it takes to show a difference of that size, by the spread of a past run. */
export async function planCommand(options: PlanOptions): Promise<ExitCode> {
  const metric = metricNamed(options.metric);
  if (!(options.detect > 0)) throw new UsageError("--detect: must be above 0, such as 10%");
  const record = await readRun(await resolveRun(options.resultDir, options.run));
  const found = scenariosOf(record, options.scenario ?? null).flatMap((id) =>
    ofScenario(record, id, metric, options.detect),
  );
  if (found.length === 0) {
    throw new UsageError(`${record.manifest.runId} has one target: a difference needs two; run with more`);
  }
  const told = { run: record.manifest.runId, metric: metric.id, share: options.detect, detections: found };
  const lines = [
    ...head(record, metric, options.detect),
    "",
    ...columns([TITLES, ...found.map(row)]),
    "",
    ...totals(found),
  ];
  process.stdout.write(`${options.json === true ? JSON.stringify(told, null, 2) : lines.join("\n")}\n`);
  return EXIT.ok;
}

function metricNamed(id: string): RequestMetric {
  const metric = DETECTABLE.find((one) => one.id === id);
  if (metric !== undefined) return metric;
  const why = METRICS.some((one) => one.id === id) ? "is no latency of single requests" : "is no metric";
  throw new UsageError(`--metric: ${id} ${why}; one of ${DETECTABLE.map((one) => one.id).join(", ")}`);
}

function scenariosOf({ manifest }: RunRecord, asked: readonly string[] | null): readonly string[] {
  const known = manifest.scenarios.map(({ scenario }) => scenario.id);
  const unknown = (asked ?? []).filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new UsageError(...unknown.map((id) => `--scenario: ${id} is not in that run; ${known.join(", ")} are`));
  return asked ?? known;
}

function ofScenario(record: RunRecord, id: string, metric: RequestMetric, share: number): readonly Detection[] {
  const groups = groupsOf(record, vantageFaults(record)).filter(({ scenario }) => scenario.id === id);
  const planned = plannedOf(record).get(id)!.arrivals;
  const most = Math.max(...groups.map(({ measured }) => measured.length));
  // What a duration ends has no planned number.
  return detections(groups, metric, share, Math.max(1, Math.min(planned, most)), record.manifest.seed);
}

function head({ manifest }: RunRecord, metric: RequestMetric, share: number): string[] {
  const made = manifest.simulated ? "SIMULATED, " : "";
  return [
    `plan: ${metric.title} ${percent(share)} % apart, shown in ${percent(POWER)} % of cases at p < ${ALPHA} after Holm's correction`,
    `by the spread of ${manifest.runId} (${made}${manifest.startedAt.slice(0, 10)})`,
  ];
}

const TITLES = ["scenario", "A", "B", "pairs had", "look for", "seen", "requests each", "runs", "nights", "cost"];

function row(of: Detection): string[] {
  const { scenario, a, b, pairs, difference, seen, needed, requests, runs } = of;
  const about = needed?.method === "by formula" ? "~" : "";
  return [
    scenario,
    a,
    b,
    String(pairs),
    difference === null ? NO_VALUE : `${short(difference)} ms`,
    seen === null ? NO_VALUE : `${short(seen)} ms`,
    requests === null ? NO_VALUE : `${about}${requests.toLocaleString("en-US")}`,
    runs === null ? NO_VALUE : decimal(runs),
    runs === null ? NO_VALUE : decimal(nights(runs)),
    of.usd === null ? NO_VALUE : usd(of.usd),
  ];
}

/** One run a night. */
function nights(runs: number): number {
  return Math.max(NIGHTS_MIN, runs);
}

function totals(found: readonly Detection[]): string[] {
  const missing = found.filter(({ requests }) => requests === null).length;
  const runs = found.reduce((most, one) => Math.max(most, one.runs ?? 0), 0);
  return [
    ...(runs === 0
      ? []
      : [
          `all of them in one window: ${decimal(runs)} ${runs === 1 ? "run" : "runs"} like that one`,
          `to buy on: one run a night, ${decimal(nights(runs))} nights, since nights differ by more than requests do`,
        ]),
    ...(missing === 0
      ? []
      : [
          `${missing} of ${found.length} cannot be planned: fewer than 6 pairs, the better target failed half of them, or over 1,000,000 pairs`,
        ]),
  ];
}

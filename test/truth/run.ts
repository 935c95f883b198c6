/* The truth test: what the client measures, held against the ledger of the server. `npm run truth [-- --json FILE]`. */

import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Load } from "../../src/core/scenario.ts";
import { quantileOf } from "../../src/measure/quantile.ts";
import type { Profile } from "../../src/simulator/profile.ts";
import { analysisOf } from "../support/measured.ts";
import { scenarioOf } from "../support/run-plan.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { errorsOf, truthRun } from "../support/truth-run.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";

/** Two opposite characters, without any spread: the streams of a burst write at the same moments, the worst case. */
const CHARACTERS = {
  "50 ms + 20 ms": { outputTokens: 100, alone: 5, profile: profileOf(50, 20, 1) },
  "1500 ms + 100 ms": { outputTokens: 80, alone: 3, profile: profileOf(1500, 100, 4) },
} as const;

/** Poisson, so that staggered streams do not write in step; all of them overlap. */
const staggered = (streams: number): Load => ({
  kind: "open",
  arrival: "poisson",
  ratePerSecond: streams,
  maxInFlight: streams,
});
const closed = (maxConcurrency: number): Load => ({ kind: "closed", maxConcurrency });

/** `requests` null: one after another, as many as the character says. */
const LOADS: readonly { readonly name: string; readonly load: Load; readonly requests: number | null }[] = [
  { name: "1", load: closed(1), requests: null },
  { name: "50 staggered", load: staggered(50), requests: 50 },
  { name: "200 staggered", load: staggered(200), requests: 200 },
  { name: "200 at once", load: closed(200), requests: 200 },
];

const TPOT_SHARE_MAX = 0.01;
/** Up to this many streams the pace of every single answer has to be right, as long as the run calls itself valid. */
const TPOT_STREAMS_MAX = 50;

interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** One line of the table. Errors are measured minus true, milliseconds. */
interface Row {
  readonly wire: "http" | "tls";
  readonly character: string;
  readonly load: string;
  readonly streams: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly ttftMs: Spread;
  /** Of the TTFT error, until the server had read the request: in a burst it reads one after another. */
  readonly arrivalMs: Spread;
  readonly eventMs: Spread;
  readonly e2eMs: Spread;
  readonly leastMs: number;
  /** Deviation of TPOT from the truth: of the median answer, and of the worst one. */
  readonly tpotShareP50: number;
  readonly tpotShareMax: number;
  /** The server's own: written minus due. */
  readonly latenessMsP99: number | null;
  readonly loopDelayMsMax: number;
  /** Why the run itself says not to believe it: a busy machine. */
  readonly invalid: readonly string[];
  readonly loadAverage: number;
  /** What must not be, one sentence each. */
  readonly problems: readonly string[];
}

const COLUMNS: readonly (readonly [title: string, text: (row: Row) => string])[] = [
  ["wire", ({ wire }) => wire],
  ["TTFT + per event", ({ character }) => character],
  ["streams", ({ load }) => load],
  ["events", ({ events }) => String(events)],
  ["events/s", ({ eventsPerSecond }) => eventsPerSecond.toFixed(0)],
  ["TTFT error p50/p99/max", ({ ttftMs }) => spreadText(ttftMs)],
  ["of it, request read p50/p99/max", ({ arrivalMs }) => spreadText(arrivalMs)],
  ["event error p50/p99/max", ({ eventMs }) => spreadText(eventMs)],
  ["E2E error p50/p99/max", ({ e2eMs }) => spreadText(e2eMs)],
  ["least", ({ leastMs }) => leastMs.toFixed(3)],
  ["TPOT off p50/worst", ({ tpotShareP50, tpotShareMax }) => `${percent(tpotShareP50)} / ${percent(tpotShareMax)} %`],
  ["server late p99", ({ latenessMsP99 }) => latenessMsP99?.toFixed(2) ?? ""],
  ["loop delay max", ({ loopDelayMsMax }) => loopDelayMsMax.toFixed(1)],
  ["validity", ({ invalid }) => (invalid.length === 0 ? "VALID" : "INVALID")],
  ["load avg", ({ loadAverage }) => loadAverage.toFixed(1)],
  ["counts", ({ problems }) => (problems.length === 0 ? "equal" : `${problems.length} problems`)],
];

const { values: flags } = parseArgs({ options: { json: { type: "string" } }, strict: true });
const rows: Row[] = [];
print(COLUMNS.map(([title]) => title));
print(COLUMNS.map(() => "---"));
for (const wire of ["http", "tls"] as const) {
  for (const [character, of] of Object.entries(CHARACTERS)) {
    for (const load of LOADS) {
      const row = await measure(wire, character, of, load);
      rows.push(row);
      print(COLUMNS.map(([, text]) => text(row)));
    }
  }
}
const problems = rows.flatMap((row) => row.problems.map((each) => `PROBLEM ${nameOf(row)}: ${each}`));
if (!rows.some(isJudged))
  problems.push("PROBLEM no run was valid: this machine is too busy to say anything about TPOT");
const unsure = rows.flatMap((row) => row.invalid.map((reason) => `INVALID ${nameOf(row)}: ${reason}`));
process.stdout.write(
  `\nmilliseconds; ${cpus().length} cores; ${process.version}\n${[...unsure, ...problems].join("\n")}\n`,
);
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** A server of its own for each line, so that its lateness is that line's. */
async function measure(
  wire: Row["wire"],
  character: string,
  of: (typeof CHARACTERS)[keyof typeof CHARACTERS],
  { name, load, requests }: (typeof LOADS)[number],
): Promise<Row> {
  const streams = requests ?? of.alone;
  const simulator = await startTruthSimulator({ profiles: { truth: of.profile }, tls: wire === "tls" });
  const scenario = scenarioOf({
    load,
    outputTokens: of.outputTokens,
    stop: { requests: streams, durationMs: null },
  });
  const run = await truthRun({ simulator, profile: "truth", scenario });
  const { lateness } = await simulator.stats();
  const ledger = await simulator.stop();
  const answers = errorsOf(run, ledger);
  const eventsMs = answers.flatMap((answer) => answer.eventsMs);
  const ttftsMs = answers.map(({ ttftMs }) => ttftMs);
  const e2esMs = answers.map(({ e2eMs }) => e2eMs);
  const arrivalsMs = answers.map(({ arrivalMs }) => arrivalMs);
  const least = [...ttftsMs, ...arrivalsMs, ...eventsMs, ...e2esMs].reduce((a, b) => Math.min(a, b), Infinity);
  const tpotShares = answers.map(({ tpotShare }) => Math.abs(tpotShare));
  const [tpotShareP50, tpotShareMax] = [quantileOf(tpotShares, 0.5) ?? Number.NaN, Math.max(...tpotShares)];
  const { reasons: invalid } = analysisOf(run).validity;
  const broken = [
    ...(answers.length === streams ? [] : [`${answers.length} of ${streams} answers are in the ledger`]),
    ...answers.flatMap(({ miscounts }) => miscounts),
    ...(least >= 0 ? [] : [`an error of ${least.toFixed(3)} ms: read before it was written`]),
    ...(tpotShareP50 <= TPOT_SHARE_MAX ? [] : [`median TPOT off by ${percent(tpotShareP50)} %, limit 1 %`]),
    ...(!isJudged({ streams, invalid }) || tpotShareMax <= TPOT_SHARE_MAX
      ? []
      : [`TPOT off by ${percent(tpotShareMax)} %, limit 1 %`]),
  ];
  const [window] = run.manifest.end?.windows ?? [];
  const spanMs = window === undefined ? Number.NaN : (window.endUs - window.startUs) / 1000;
  return {
    wire,
    character,
    load: name,
    streams,
    events: eventsMs.length,
    eventsPerSecond: (eventsMs.length / spanMs) * 1000,
    ttftMs: spreadOf(ttftsMs),
    arrivalMs: spreadOf(arrivalsMs),
    eventMs: spreadOf(eventsMs),
    e2eMs: spreadOf(e2esMs),
    leastMs: least,
    tpotShareP50,
    tpotShareMax,
    latenessMsP99: lateness.p99Us === null ? null : lateness.p99Us / 1000,
    loopDelayMsMax: window?.loopDelayMsMax ?? Number.NaN,
    invalid,
    loadAverage: loadavg()[0]!,
    problems: broken,
  };
}

function percent(share: number): string {
  return (share * 100).toFixed(2);
}

function isJudged({ streams, invalid }: Pick<Row, "streams" | "invalid">): boolean {
  return streams <= TPOT_STREAMS_MAX && invalid.length === 0;
}

function nameOf({ wire, character, load }: Row): string {
  return `${wire}, ${character}, ${load}`;
}

function profileOf(ttftMs: number, gapMs: number, tokensPerEvent: number): Profile {
  return {
    ...INSTANT,
    ttft: { baseMs: ttftMs, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: gapMs, sigma: 0 },
    tokensPerEvent,
    capacity: 1000,
  };
}

function spreadOf(values: readonly number[]): Spread {
  const at = (p: number): number => quantileOf(values, p) ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function spreadText({ p50, p99, max }: Spread): string {
  return `${p50.toFixed(2)} / ${p99.toFixed(2)} / ${max.toFixed(2)}`;
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

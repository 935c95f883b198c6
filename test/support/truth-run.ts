import { randomUUID } from "node:crypto";
import { NO_CAPS } from "../../src/core/caps.ts";
import type { RunRecord, Timeouts } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { usFromMs, type Us } from "../../src/core/units.ts";
import { METRICS } from "../../src/measure/catalogue.ts";
import { groupsOf } from "../../src/measure/group.ts";
import type { Sample } from "../../src/measure/sample.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import type { Called } from "../../src/run/call-once.ts";
import type { Contender } from "../../src/run/contender.ts";
import { NO_PAST } from "../../src/run/past.ts";
import { runAll } from "../../src/run/runner.ts";
import { planOf } from "../../src/scenario/plan.ts";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import type { SimulatorStats } from "../../src/simulator/stats.ts";
import { realTime } from "../../src/time/time.ts";
import { trustBeside, type Route } from "../../src/transport/route.ts";
import { countInWorker } from "../../src/tokens/pool.ts";
import { analysisOf } from "./measured.ts";
import { recordOf, type Recorded } from "./observations.ts";
import { simulatedTarget } from "./run-plan.ts";
import type { TruthSimulator } from "./truth-simulator.ts";
import { UNSIGNED } from "./sign-in.ts";

/** Longer than any answer or freeze here: no limit of ours cuts a stream. */
const PATIENT: Timeouts = { connectMs: 20_000, firstContentMs: 30_000, idleMs: 30_000, totalMs: 60_000 };

/**
 * One scenario against one profile of a simulator, by the code that `herdbench run` measures with: runner, transport,
 * protocol, and the tokens counted after it.
 *
 * @param onFirstSend called when the first request leaves
 */
export function truthRun(of: {
  readonly simulator: TruthSimulator;
  readonly profile: string;
  readonly scenario: Scenario;
  readonly onFirstSend?: () => void;
}): Promise<RunRecord> {
  const { ca, origin } = of.simulator;
  const route: Route = { proxy: null, trust: ca === null ? null : trustBeside(ca) };
  const contender: Contender = {
    target: simulatedTarget(origin, of.profile),
    wire: openaiChat(PLAIN),
    route,
    ...UNSIGNED,
    metricsUrl: null,
    isModel: () => true,
    redact: (text) => text,
  };
  return pairedRun([contender], of.scenario, of.onFirstSend);
}

/** The same against any targets. */
export async function pairedRun(
  contenders: readonly Contender[],
  scenario: Scenario,
  onFirstSend?: () => void,
): Promise<RunRecord> {
  const time = realTime();
  const calls: Called[] = [];
  const skipped: Recorded[] = [];
  let sent = 0;
  const end = await runAll({
    runId: randomUUID(),
    contenders,
    plans: [planOf(scenario)],
    isDecided: () => false,
    timeouts: PATIENT,
    caps: { run: NO_CAPS, targets: {} },
    past: NO_PAST,
    time,
    signal: new AbortController().signal,
    sink: {
      intent: () => {
        sent += 1;
        if (sent === 1) onFirstSend?.();
      },
      called: (called) => void calls.push(called),
      skipped: (observation) => void skipped.push({ observation, trace: null, tokens: null }),
      stalled: () => undefined,
    },
    onScenario: () => undefined,
    onQuota: async () => undefined,
    onStop: () => undefined,
  });
  const texts = calls.flatMap(({ observation: { id }, text }) =>
    text === null ? [] : [{ id, first: text.first, text: text.whole }],
  );
  const tokens = new Map((await countInWorker(texts)).map((count) => [count.id, count]));
  const called = calls.map(({ observation, trace }) => ({
    observation,
    trace,
    tokens: tokens.get(observation.id) ?? null,
  }));
  const record = recordOf([...called, ...skipped], {
    scenarios: [scenario],
    targets: contenders.map(({ target }) => target),
  });
  const clock = { name: time.name, originNs: String(time.originNs) };
  const measured = { clientErrorMsP99: null, simulatorLatenessMsP99: null };
  return { ...record, manifest: { ...record.manifest, clock, end: { ...end, ...measured } } };
}

/** Half of the server's writes within this: it kept its schedule as well as a timer can. */
const LATENESS_US_P50_MAX = 2000;

/**
 * True when this machine kept the client or the server from what they were to do, by what they say of themselves. Bounds of
 * a few milliseconds then have to give way; that the client tells the truth about its server never has.
 */
export function isDisturbed(record: RunRecord, { lateness }: SimulatorStats): boolean {
  return !analysisOf(record).validity.valid || Number(lateness.p50Us) > LATENESS_US_P50_MAX;
}

/** Measured minus true, of one answer. Milliseconds; all of them are delays, so none can be negative. */
export interface StampErrors {
  /** From sent to first content, minus first content from the request as the server has it. */
  readonly ttftMs: number;
  readonly e2eMs: number;
  /** From sent to the server's having read the request: the part of the TTFT error that is not the first event's. */
  readonly arrivalMs: number;
  /** For each content event: stamp of its read minus moment before its write. */
  readonly eventsMs: readonly number[];
}

/** The same by the metrics of this project, with all else that the ledger knows. */
export interface StreamErrors extends StampErrors {
  /** Measured over true, minus 1. */
  readonly tpotShare: number;
  /** What was counted other than it was written, one sentence each. */
  readonly miscounts: readonly string[];
}

/** Holds every answer of a run against the ledger of its server, which shares the host's monotonic clock. */
export function errorsOf(record: RunRecord, ledger: readonly LedgerRecord[]): readonly StreamErrors[] {
  const originNs = BigInt(record.manifest.clock.originNs);
  const byPrompt = new Map(ledger.map((truth) => [truth.promptHash, truth]));
  return groupsOf(record, []).flatMap(({ measured }) =>
    measured.flatMap((sample) => {
      const truth = byPrompt.get(sample.observation.request.promptHash);
      return truth === undefined ? [] : [streamErrors(sample, truth, originNs)];
    }),
  );
}

function streamErrors(sample: Sample, truth: LedgerRecord, originNs: bigint): StreamErrors {
  const receivedMs = Number(BigInt(truth.received) - originNs) / 1e6;
  const [firstMs, lastMs] = [Number(truth.firstContent) / 1e6, Number(truth.lastContent) / 1e6];
  const trueTpotMs = (lastMs - firstMs) / (truth.tokens - truth.tokensPerEvent);
  return {
    ttftMs: metricOf(sample, "ttft") - firstMs,
    e2eMs: metricOf(sample, "e2e") - lastMs,
    arrivalMs: receivedMs - Number(sample.observation.stamps.sent) / 1000,
    eventsMs: readsMs(sample).map((readMs, i) => readMs - (receivedMs + truth.events[i]! / 1e6)),
    tpotShare: metricOf(sample, "tpot") / trueTpotMs - 1,
    miscounts: miscounts(sample, truth),
  };
}

function miscounts(sample: Sample, truth: LedgerRecord): readonly string[] {
  const { observation, tokens } = sample;
  const counted: readonly (readonly [string, unknown, unknown])[] = [
    ["outcome", observation.outcome, "completed"],
    ["content events", observation.events.content, truth.events.length],
    ["event stamps", readsMs(sample).length, truth.events.length],
    ["tokens by usage", observation.usage?.output, truth.tokens],
    ["tokens by the tokenizer", tokens?.output, truth.tokens],
    ["tokens of the first event", tokens?.first, Math.min(truth.tokensPerEvent, truth.tokens)],
    ["prompt tokens by usage", observation.usage?.input, truth.promptTokens],
    ["tokens per event", metricOf(sample, "tokens_per_event"), truth.tokens / truth.events.length],
  ];
  return counted.flatMap(([what, measured, true_]) =>
    measured === true_ ? [] : [`${observation.id}: ${what} ${String(measured)}, truth ${String(true_)}`],
  );
}

/** When each content event was read, milliseconds on the client's clock. */
function readsMs({ trace }: Sample): readonly number[] {
  if (trace === null) return [];
  let atUs = trace.firstUs;
  return [atUs, ...trace.deltasUs.map((delta) => (atUs += delta))].map((us) => us / 1000);
}

/** As the project itself measures it; NaN when it has no value. */
function metricOf(sample: Sample, id: string): number {
  const metric = METRICS.find((one) => one.id === id);
  return metric?.level === "request" ? (metric.read(sample).values[0] ?? Number.NaN) : Number.NaN;
}

/** The record of a client that stamps all content so much later than it did. */
export function stampedLate(record: RunRecord, ms: number): RunRecord {
  const later = (us: Us | null): Us | null => (us === null ? null : us + usFromMs(ms));
  return {
    ...record,
    observations: record.observations.map((observation) => {
      const { stamps } = observation;
      const late = { firstContent: later(stamps.firstContent), lastContent: later(stamps.lastContent) };
      return { ...observation, stamps: { ...stamps, ...late } };
    }),
    events: new Map(
      [...record.events].map(([id, trace]) => [id, { ...trace, firstUs: trace.firstUs + usFromMs(ms) }] as const),
    ),
  };
}

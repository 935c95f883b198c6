import { NO_CAPS } from "../core/caps.ts";
import type { CertifiedLoad } from "../core/certificate.ts";
import type { EventTrace } from "../core/observation.ts";
import type { Timeouts } from "../core/run.ts";
import { NO_PROMPT, type Scenario } from "../core/scenario.ts";
import { usFromMs, type Us } from "../core/units.ts";
import { quantileOf } from "../measure/quantile.ts";
import { errorsByLedger } from "../run/canary-ledger.ts";
import type { Called } from "../run/call-once.ts";
import type { Contender } from "../run/contender.ts";
import { getText } from "../run/get-text.ts";
import { NO_PAST } from "../run/past.ts";
import { runAll } from "../run/runner.ts";
import { planOf } from "../scenario/plan.ts";
import type { RunFolder } from "../store/run-folder.ts";
import type { RealTime } from "../time/time.ts";
import { openPool } from "../transport/pool.ts";

/** What one load did to the client. */
export interface Rung {
  readonly streams: number;
  readonly eventsPerSecond: number;
  /** Null when nothing was answered. */
  readonly errorMsP99: number | null;
  /** Requests that failed or were late enough to be dropped: at none of these loads should any. */
  readonly failed: number;
  readonly passed: boolean;
}

/** What to test, and how. */
export interface Certifying {
  /** The simulator's profile `certify`, reached as targets are. */
  readonly contender: Contender;
  /** Streams at once, ascending. */
  readonly streams: readonly number[];
  readonly limitMs: number;
  /** Of each load, behind the time in which its first streams come up. */
  readonly seconds: number;
  readonly seed: number;
  /** Makes a folder of a name of its own, as that of a run: writing is a part of the load. */
  readonly openFolder: () => Promise<RunFolder>;
  readonly time: RealTime;
  readonly signal: AbortSignal;
  readonly onRung: (rung: Rung) => void;
}

/** Tokens of one answer, an event each, and how long it takes by the profile: 200 ms, then one every 25 ms. */
const TOKENS = 80;
const ANSWER_S = (200 + (TOKENS - 1) * 25) / 1000;
const TIMEOUTS: Timeouts = { connectMs: 10_000, firstContentMs: 30_000, idleMs: 30_000, totalMs: 60_000 };
/** A machine that was busy with something else for a moment shall not be judged by it. */
const ATTEMPTS = 2;

/**
 * The heaviest of some loads under which the client's own error stays within its limit at p99: from the server's write of
 * an event to our stamp of it, on one clock, over all events while the load was whole. Arrivals are Poisson, since a start of
 * all streams at once would measure that start. It ends with the first load that fails twice.
 *
 * @returns null when not even the lightest load did
 */
export async function certifyLoad(of: Certifying): Promise<CertifiedLoad | null> {
  let best: CertifiedLoad | null = null;
  for (const streams of of.streams) {
    let passed: CertifiedLoad | null = null;
    for (let attempt = 1; attempt <= ATTEMPTS && passed === null && !of.signal.aborted; attempt += 1) {
      const rung = await climb(streams, of);
      of.onRung(rung);
      const { eventsPerSecond, errorMsP99 } = rung;
      if (rung.passed && errorMsP99 !== null) passed = { streams, eventsPerSecond, errorMsP99 };
    }
    if (passed === null) return best;
    best = passed;
  }
  return best;
}

async function climb(streams: number, of: Certifying): Promise<Rung> {
  const { contender, time } = of;
  const ratePerSecond = streams / ANSWER_S;
  const scenario: Scenario = {
    id: `certify-${streams}`,
    title: "Self-test of the client",
    source: "The simulator's profile certify",
    prompt: { ...NO_PROMPT, inputTokens: 32, outputTokens: TOKENS },
    conversation: null,
    load: { kind: "open", arrival: "poisson", ratePerSecond, maxInFlight: 100_000 },
    stop: { requests: Math.ceil(ratePerSecond * (of.seconds + ANSWER_S)), durationMs: null },
    warmups: 0,
    slo: { ttftMs: null, tpotMs: null, e2eMs: null, percentile: 0.99 },
    arrangement: "paired",
    block: null,
    retry: null,
    seed: of.seed,
  };
  const folder = await of.openFolder();
  const called: Called[] = [];
  let skipped = 0;
  const { windows } = await runAll({
    // So prompts are its own: the ledger still holds those of the loads before.
    runId: folder.id,
    contenders: [contender],
    plans: [planOf(scenario)],
    isDecided: () => false,
    timeouts: TIMEOUTS,
    caps: { run: NO_CAPS, targets: {} },
    past: NO_PAST,
    time,
    signal: of.signal,
    sink: {
      intent: (intent) => folder.appendIntent({ v: 1, ...intent }),
      called: (one) => {
        folder.appendObservation(one.observation);
        if (one.trace !== null) folder.appendEvents(one.trace);
        called.push(one);
      },
      skipped: () => void (skipped += 1),
      stalled: () => undefined,
    },
    onScenario: () => undefined,
    onQuota: async () => undefined,
    onStop: () => undefined,
  });
  await folder.finish();
  const startUs = (windows[0]?.startUs ?? 0) + usFromMs(ANSWER_S * 1000);
  const endUs = startUs + usFromMs(of.seconds * 1000);
  const isCounted = (at: Us): boolean => at >= startUs && at <= endUs;
  const stamps = stampsByPrompt(called);
  const events = [...stamps.values()].reduce((sum, ofAnswer) => sum + ofAnswer.filter(isCounted).length, 0);
  const errorsMs = errorsByLedger(await ledgerOf(of), stamps, time.originNs, isCounted);
  const failed = skipped + called.filter(({ observation }) => observation.outcome !== "completed").length;
  const errorMsP99 = quantileOf(errorsMs, 0.99);
  return {
    streams,
    eventsPerSecond: Math.round(events / of.seconds),
    errorMsP99,
    failed,
    passed: failed === 0 && errorMsP99 !== null && errorMsP99 <= of.limitMs,
  };
}

function stampsByPrompt(called: readonly Called[]): ReadonlyMap<string, readonly Us[]> {
  return new Map(
    called.flatMap(({ observation, trace }) =>
      trace === null || observation.request.promptHash === null
        ? []
        : [[observation.request.promptHash, stampsOf(trace)] as const],
    ),
  );
}

function stampsOf({ firstUs, deltasUs }: EventTrace): readonly Us[] {
  let atUs = firstUs;
  return [firstUs, ...deltasUs.map((delta) => (atUs += delta))];
}

async function ledgerOf({ contender, time, signal }: Certifying): Promise<string> {
  const { origin } = new URL(contender.target.baseUrl);
  const pool = openPool(origin, { ...contender.route, timeoutMs: TIMEOUTS.connectMs }, time, () => 0);
  try {
    return await getText(pool, `${origin}/ledger?profile=certify`, time, signal);
  } finally {
    await pool.close();
  }
}

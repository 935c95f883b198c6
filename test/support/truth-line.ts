import type { Load } from "../../src/core/load.ts";
import { quantileOf } from "../../src/measure/quantile.ts";
import type { Profile } from "../../src/simulator/profile.ts";
import { bareErrors, bareRun } from "./bare-client.ts";
import { watchHost, type HostFloor } from "./host-floor.ts";
import { analysisOf } from "./measured.ts";
import { scenarioOf } from "./run-plan.ts";
import { brokenCeilings, spreadOf, spreadsOf, type ErrorSpreads, type Spread } from "./truth-ceilings.ts";
import { errorsOf, stampedLate, truthRun, type StreamErrors } from "./truth-run.ts";
import { startTruthSimulator } from "./truth-simulator.ts";

/** One line of the truth table, before it is measured. */
export interface Line {
  readonly wire: "http" | "tls";
  readonly character: string;
  readonly profile: Profile;
  readonly outputTokens: number;
  readonly loadName: string;
  readonly load: Load;
  readonly streams: number;
}

/** One line, measured. Errors are measured minus true, milliseconds. */
export interface MeasuredLine {
  readonly line: Line;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly errors: ErrorSpreads;
  /** Of bare sockets under the same load, just before. */
  readonly bare: ErrorSpreads;
  /** Of the TTFT error, until the server had read the request: in a burst it reads one after another. */
  readonly arrivalMs: Spread;
  readonly leastMs: number;
  /** Deviation of TPOT from the truth: of the median answer, and of the worst one. */
  readonly tpotShareP50: number;
  readonly tpotShareMax: number;
  /** The server's own: written minus due. */
  readonly latenessMsP99: number | null;
  readonly loopDelayMsMax: number;
  readonly host: HostFloor;
  /** Why the run itself says not to believe it: a busy machine. */
  readonly invalid: readonly string[];
  /** What no machine excuses, one sentence each. */
  readonly wrong: readonly string[];
  /** What is too late or off its pace: ours, or a machine that grew busy between the floor and the measurement. */
  readonly late: readonly string[];
}

const TPOT_SHARE_MAX = 0.01;
/** Up to this many streams the pace of every single answer has to be right, as long as the run calls itself valid. */
const TPOT_STREAMS_MAX = 50;

/**
 * Measures the floor and then the client, each against a server of its own, so that its lateness is that run's.
 *
 * @param plantMs stamps content that much too late, to see whether it is found out
 */
export async function measureLine(line: Line, plantMs: number): Promise<MeasuredLine> {
  const scenario = scenarioOf({
    load: line.load,
    outputTokens: line.outputTokens,
    stop: { requests: line.streams, durationMs: null },
  });
  const serve = { profiles: { truth: line.profile }, tls: line.wire === "tls" };
  const bareServer = await startTruthSimulator(serve);
  const bareAnswers = await bareRun({ simulator: bareServer, profile: "truth", scenario });
  const bare = spreadsOf(bareErrors(bareAnswers, await bareServer.stop()));

  const simulator = await startTruthSimulator(serve);
  const watch = await watchHost();
  const run = stampedLate(await truthRun({ simulator, profile: "truth", scenario }), plantMs);
  const host = await watch.stop();
  const { lateness } = await simulator.stats();
  const answers = errorsOf(run, await simulator.stop());

  const errors = spreadsOf(answers);
  const events = answers.reduce((sum, { eventsMs }) => sum + eventsMs.length, 0);
  const tpotShares = answers.map(({ tpotShare }) => Math.abs(tpotShare));
  const [window] = run.manifest.end?.windows ?? [];
  const spanMs = window === undefined ? Number.NaN : (window.endUs - window.startUs) / 1000;
  const measured = {
    line,
    events,
    eventsPerSecond: (events / spanMs) * 1000,
    errors,
    bare,
    arrivalMs: spreadOf(answers.map(({ arrivalMs }) => arrivalMs)),
    leastMs: leastOf(answers),
    tpotShareP50: quantileOf(tpotShares, 0.5) ?? Number.NaN,
    tpotShareMax: Math.max(...tpotShares),
    latenessMsP99: lateness.p99Us === null ? null : lateness.p99Us / 1000,
    loopDelayMsMax: window?.loopDelayMsMax ?? Number.NaN,
    host,
    invalid: analysisOf(run).validity.reasons,
  };
  return {
    ...measured,
    wrong: wrongOf(line, answers, measured.leastMs),
    late: [...brokenCeilings(errors, { bare, idleMsP99: host.p99Ms }), ...paceProblems(measured)],
  };
}

/** True where the pace of every single answer is judged. */
export function isPaceJudged({ line, invalid }: Pick<MeasuredLine, "line" | "invalid">): boolean {
  return line.streams <= TPOT_STREAMS_MAX && invalid.length === 0;
}

function leastOf(answers: readonly StreamErrors[]): number {
  return answers
    .flatMap(({ ttftMs, e2eMs, arrivalMs, eventsMs }) => [ttftMs, e2eMs, arrivalMs, ...eventsMs])
    .reduce((a, b) => Math.min(a, b), Infinity);
}

function wrongOf({ streams }: Line, answers: readonly StreamErrors[], leastMs: number): readonly string[] {
  return [
    ...(answers.length === streams ? [] : [`${answers.length} of ${streams} answers are in the ledger`]),
    ...answers.flatMap(({ miscounts }) => miscounts),
    ...(leastMs >= 0 ? [] : [`an error of ${leastMs.toFixed(3)} ms: read before it was written`]),
  ];
}

function paceProblems(
  measured: Pick<MeasuredLine, "line" | "invalid" | "tpotShareP50" | "tpotShareMax">,
): readonly string[] {
  const { tpotShareP50, tpotShareMax } = measured;
  const off = (what: string, share: number): string => `${what} TPOT off by ${(share * 100).toFixed(2)} %, limit 1 %`;
  return [
    ...(tpotShareP50 <= TPOT_SHARE_MAX ? [] : [off("median", tpotShareP50)]),
    ...(!isPaceJudged(measured) || tpotShareMax <= TPOT_SHARE_MAX ? [] : [off("worst", tpotShareMax)]),
  ];
}

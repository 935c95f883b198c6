import type { Load } from "../core/load.ts";
import { asksModel, type Scenario, type Slo, type Stop } from "../core/scenario.ts";
import { contradictions, loadOf, type ArrivalFlags } from "./load-flags.ts";
import { PROMPT_FLAGS, promptOfFlags, type PromptFlags } from "./prompt-flags.ts";
import { OUTPUT_TOKENS_MAX } from "./prompt-schema.ts";
import { PROMPT_TOKENS_MAX } from "./prompts.ts";
import { checkScenario, type ScenarioResult } from "./parse.ts";

/** Load flags as given on the command line; null for a flag that was not. */
export interface LoadFlags extends ArrivalFlags, PromptFlags {
  /** `--num-prompts`. */
  readonly numPrompts: number | null;
  /** `--duration`, seconds. */
  readonly durationS: number | null;
  /** `--num-warmups`. */
  readonly numWarmups: number | null;
  /** `--goodput`, as {@link parseGoodput} reads it. */
  readonly goodput: string | null;
  readonly seed: number | null;
}

/** An SLO, or everything that is wrong with its text. */
export type SloResult =
  | { readonly ok: true; readonly slo: Slo }
  | { readonly ok: false; readonly problems: readonly string[] };

/** In a closed loop of one request: the load that every server takes. */
const CLOSED_LOAD: Load = { kind: "closed", maxConcurrency: 1, rampUpMs: 0, thinkTime: null };

/** Held at p90, which 36 requests support; a flag has no place for the percentile. */
const PERCENTILE_DEFAULT = 0.9;

/**
 * What a flag that was not given means. Lengths are those of vLLM's random dataset (`vllm bench serve`); 100 requests
 * instead of its 1,000, since hosted tokens cost money. Limits: MLPerf Inference, Llama 3.1 405B, Server scenario
 * (`loadgen/mlperf.conf`).
 */
const CUSTOM: Scenario = {
  id: "custom",
  title: "Ad-hoc load from the command line",
  source:
    "Command-line flags; what they leave open as in vLLM's serving benchmark, limits of MLPerf Llama 3.1 405B Server",
  prompt: {
    inputTokens: 1024,
    outputTokens: 128,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: CLOSED_LOAD,
  stop: { requests: 100, durationMs: null },
  warmups: 0,
  slo: { ttftMs: 6000, tpotMs: 175, e2eMs: null, percentile: PERCENTILE_DEFAULT },
  arrangement: "paired",
  block: null,
  retry: null,
  seed: 405,
};

/** The ad-hoc scenario `custom`: without a rate a closed loop, with one an open loop with Poisson arrivals. */
export function customScenario(flags: LoadFlags): ScenarioResult {
  if (flags.trace !== null) return overrideScenario(traced(flags.traceFormat), flags);
  return overrideScenario(flags.dataset === null ? CUSTOM : withOwnPrompts(), flags);
}

/** A trace is replayed whole, at its own lengths, and with the prefixes that it knows. */
function traced(format: string | null): Scenario {
  const cache = format === "mooncake" ? "warm" : "cold";
  const prompt = { ...CUSTOM.prompt, inputTokens: PROMPT_TOKENS_MAX, outputTokens: OUTPUT_TOKENS_MAX, cache } as const;
  return { ...CUSTOM, prompt, stop: { requests: null, durationMs: null } };
}

/** Prompts of any length; where a line states no limit of its answer, and as the highest one, this. */
const OWN_OUTPUT_TOKENS = 1024;

function withOwnPrompts(): Scenario {
  return { ...CUSTOM, prompt: { ...CUSTOM.prompt, inputTokens: PROMPT_TOKENS_MAX, outputTokens: OWN_OUTPUT_TOKENS } };
}

/**
 * The scenario with what the flags say in place of its own. A rate makes the loop open, a concurrency alone closes it; a
 * count or a duration replaces the whole stop rule. Problems name the flag.
 */
export function overrideScenario(scenario: Scenario, flags: LoadFlags): ScenarioResult {
  const goodput = flags.goodput === null ? null : parseGoodput(flags.goodput);
  const limits =
    goodput !== null && goodput.ok ? { ...goodput.slo, percentile: scenario.slo.percentile } : scenario.slo;
  // Who thinks in a conversation thinks between its turns.
  const isTalk = scenario.conversation !== null || flags.turns !== null;
  const ofLoad: ArrivalFlags = isTalk ? { ...flags, thinkTime: null } : flags;
  const load = loadOf(scenario.load, ofLoad);
  const checked = checkScenario({
    ...scenario,
    ...(asksModel(scenario) ? promptOfFlags(scenario, flags, isTalk ? flags.thinkTime : null) : NO_QUESTION),
    load,
    stop: stopOf(scenario.stop, flags),
    warmups: flags.numWarmups ?? scenario.warmups,
    slo: limits,
    seed: flags.seed ?? scenario.seed,
  });
  const problems = [
    ...contradictions(ofLoad, load),
    ...(asksModel(scenario) ? [] : promptless(flags)),
    ...(flags.turnLen !== null && !isTalk ? ["--turn-len: needs --turns"] : []),
    ...(goodput === null || goodput.ok ? [] : goodput.problems),
    ...(checked.ok ? [] : checked.problems.map(byFlag)),
  ];
  return problems.length === 0 ? checked : { ok: false, problems };
}

/** Flags of a prompt that is not there. */
function promptless(flags: LoadFlags): readonly string[] {
  return Object.entries(PROMPT_FLAGS).flatMap(([name, flag]) =>
    flags[name as keyof PromptFlags] === null
      ? []
      : [`${flag}: this scenario asks for a list of models, without a prompt`],
  );
}

const NO_QUESTION = { prompt: null, conversation: null };

function stopOf(own: Stop, flags: LoadFlags): Stop {
  if (flags.numPrompts === null && flags.durationS === null) return own;
  return {
    requests: flags.numPrompts,
    durationMs: flags.durationS === null ? null : Math.round(flags.durationS * 1000),
  };
}

const FLAG_OF_PATH: Readonly<Record<string, string>> = {
  "prompt.inputTokens": "--input-len",
  "prompt.outputTokens": "--output-len",
  "load.ratePerSecond": "--request-rate",
  "load.arrival": "--arrival",
  "load.maxInFlight": "--max-concurrency",
  "load.maxConcurrency": "--max-concurrency",
  "load.burstiness": "--burstiness",
  "load.toRatePerSecond": "--ramp-to",
  "load.factors": "--steps",
  "load.rampUpMs": "--ramp-up (in ms)",
  "load.file": "--trace",
  "load.format": "--trace-format",
  "load.timeScale": "--time-scale",
  "prompt.cache": "--cache",
  "prompt.prefix": "--prefix-len",
  "prompt.prefix.tokens": "--prefix-len",
  "prompt.prefix.count": "--num-prefixes",
  "prompt.dataset": "--dataset",
  conversation: "--turns",
  "conversation.turns": "--turns",
  "conversation.inputTokens": "--turn-len",
  "conversation.thinkTime.meanMs": "--think-time (in ms)",
  "load.thinkTime.meanMs": "--think-time (in ms)",
  "stop.requests": "--num-prompts",
  "stop.durationMs": "--duration (in ms)",
  stop: "--duration",
  warmups: "--num-warmups",
  "slo.ttftMs": "--goodput ttft",
  "slo.tpotMs": "--goodput tpot",
  "slo.e2eMs": "--goodput e2e",
  seed: "--seed",
};

function byFlag(problem: string): string {
  const [path] = problem.split(": ", 1);
  const flag = path === undefined ? undefined : FLAG_OF_PATH[path];
  return flag === undefined ? problem : problem.replace(path!, flag).replace("stop.requests", "--num-prompts");
}

const GOODPUT_KEYS: ReadonlyMap<string, "ttftMs" | "tpotMs" | "e2eMs"> = new Map([
  ["ttft", "ttftMs"],
  ["tpot", "tpotMs"],
  ["e2e", "e2eMs"],
  ["e2el", "e2eMs"],
]);

/** Reads `ttft:6000,tpot:175` or `ttft:6000 tpot:175`, limits in milliseconds; keys ttft, tpot, e2e (or vLLM's e2el). */
export function parseGoodput(text: string): SloResult {
  const limits: { ttftMs: number | null; tpotMs: number | null; e2eMs: number | null } = {
    ttftMs: null,
    tpotMs: null,
    e2eMs: null,
  };
  const problems: string[] = [];
  for (const part of text.split(/[\s,]+/).filter((piece) => piece !== "")) {
    const [, name = "", digits] = /^([a-z\d]+)[:=](\d+(?:\.\d+)?)$/.exec(part) ?? [];
    const key = GOODPUT_KEYS.get(name);
    const limit = Number(digits);
    if (key === undefined || !(limit > 0)) {
      problems.push(`--goodput: "${part}" is not a limit; write ttft:MS, tpot:MS or e2e:MS, above 0`);
    } else if (limits[key] !== null) problems.push(`--goodput: "${part}" sets a limit that is set already`);
    else limits[key] = limit;
  }
  if (problems.length > 0) return { ok: false, problems };
  if (Object.values(limits).every((limit) => limit === null)) {
    return { ok: false, problems: ["--goodput: is empty; write for instance ttft:6000,tpot:175"] };
  }
  return { ok: true, slo: { ...limits, percentile: PERCENTILE_DEFAULT } };
}

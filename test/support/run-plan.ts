import { NO_CAPS, type RunCaps } from "../../src/core/caps.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Manifest, QuotaShortfall, RunRecord, Timeouts } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { PLAIN_TERMS, type Target } from "../../src/core/target.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import type { Called } from "../../src/run/call-once.ts";
import type { Sink } from "../../src/run/contender.ts";
import { NO_PAST, type Past } from "../../src/run/past.ts";
import { runAll, type RunnerEnd } from "../../src/run/runner.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { realTime, type RealTime } from "../../src/time/time.ts";
import { DIRECT } from "../../src/transport/route.ts";
import { UNSIGNED } from "./sign-in.ts";

export const TIMEOUTS: Timeouts = { connectMs: 2000, firstContentMs: 3000, idleMs: 3000, totalMs: 10_000 };

/** A target of the simulator at an origin. */
export function simulatedTarget(origin: string, profile: string, price: Target["price"] | null = null): Target {
  return {
    id: profile,
    provider: "simulator",
    model: "llama-3.1-405b-instruct",
    modelId: "llama-3.1-405b-instruct",
    region: null,
    tier: null,
    precision: null,
    baseUrl: `${origin}/${profile}/v1`,
    endpoint: "/chat/completions",
    apiKeyEnv: null,
    parameters: {},
    otherPrices: [],
    publishedRegions: [],
    carbon: {},
    gone: null,
    userSupplied: [],
    headers: {},
    extraBody: {},
    limits: null,
    price: price ?? {
      kind: "tokens",
      inputUsdPerMtok: 1,
      outputUsdPerMtok: 2,
      cachedInputUsdPerMtok: null,
      batch: null,
      asOf: null,
      source: "test",
      ...PLAIN_TERMS,
    },
    simulated: true,
  };
}

/** A small scenario to change. */
export function scenarioOf(
  changes: Partial<Scenario> & { readonly inputTokens?: number; readonly outputTokens?: number },
): Scenario {
  const { inputTokens, outputTokens, ...rest } = changes;
  return {
    id: "test",
    title: "test",
    source: "test",
    prompt: {
      inputTokens: inputTokens ?? 30,
      outputTokens: outputTokens ?? 8,
      content: "prose",
      cache: "cold",
      spread: null,
      prefix: null,
      dataset: null,
    },
    conversation: null,
    load: { kind: "open", arrival: "constant", ratePerSecond: 100, maxInFlight: 1000 },
    stop: { requests: 10, durationMs: null },
    warmups: 0,
    slo: { ttftMs: 1000, tpotMs: null, e2eMs: null, percentile: 0.95 },
    arrangement: "paired",
    block: null,
    retry: null,
    seed: 405,
    ...rest,
  };
}

export interface PlanRun {
  readonly end: RunnerEnd;
  readonly calls: readonly Called[];
  readonly skipped: readonly Observation[];
  /** Ids, in the order in which they were written. */
  readonly intents: readonly string[];
  /** As the run folder would give it back. */
  readonly record: RunRecord;
}

/** Runs scenarios for real, without a folder. */
export async function runPlan(of: {
  readonly targets: readonly Target[];
  readonly scenarios: readonly Scenario[];
  readonly maxCostUsd?: number | null;
  /** In place of `maxCostUsd`. */
  readonly caps?: RunCaps;
  readonly past?: Past;
  readonly timeouts?: Timeouts;
  readonly signal?: AbortSignal;
  readonly time?: RealTime;
  /** In place of remembering. */
  readonly sink?: Partial<Sink>;
}): Promise<PlanRun> {
  const time = of.time ?? realTime();
  const calls: Called[] = [];
  const skipped: Observation[] = [];
  const intents: string[] = [];
  const quotas: QuotaShortfall[] = [];
  const wire = openaiChat(PLAIN);
  const timeouts = of.timeouts ?? TIMEOUTS;
  const caps = of.caps ?? { run: { ...NO_CAPS, usd: of.maxCostUsd ?? null }, targets: {} };
  const end = await runAll({
    runId: "20260101T000000Z-test",
    contenders: of.targets.map((target) => ({
      target,
      wire,
      route: DIRECT,
      ...UNSIGNED,
      metricsUrl: null,
      isModel: (echoed) => echoed === target.modelId,
      redact: (text) => text,
    })),
    plans: of.scenarios.map(planOf),
    isDecided: () => false,
    timeouts,
    caps,
    past: of.past ?? NO_PAST,
    time,
    signal: of.signal ?? new AbortController().signal,
    sink: {
      intent: ({ id }) => void intents.push(id),
      called: (called) => void calls.push(called),
      skipped: (observation) => void skipped.push(observation),
      stalled: () => undefined,
      ...of.sink,
    },
    onScenario: () => undefined,
    onQuota: async (found) => void quotas.push(...found),
    onStop: () => undefined,
  });
  const observations = [...calls.map(({ observation }) => observation), ...skipped];
  const manifest: Manifest = {
    v: 1,
    runId: "20260101T000000Z-test",
    label: "test",
    toolVersion: "0",
    definitionsVersion: 1,
    carbonModelVersion: null,
    schemaVersion: 1,
    startedAt: time.originWall.toISOString(),
    clock: { name: time.name, originNs: String(time.originNs) },
    seed: 405,
    simulated: true,
    vantage: "test",
    host: { platform: "test", arch: "test", cpus: 1, cpuModel: "test", memoryBytes: 1, node: process.version },
    proxied: false,
    network: { proxies: {}, trusted: [] },
    maxCostUsd: caps.run.usd,
    maxTotalTokens: caps.run.tokens,
    maxRequests: caps.run.requests,
    targetCaps: caps.targets,
    maxFailureShare: 0.1,
    timeouts,
    metadata: {},
    scenarios: of.scenarios.map((scenario) => ({
      scenario,
      text: JSON.stringify(scenario),
      sha256: "",
      targets: null,
      planned: null,
      inputs: [],
    })),
    targets: of.targets,
    quotas,
    study: null,
    certificate: null,
    overloads: [],
    resumed: [],
    end: { ...end, clientErrorMsP99: null, simulatorLatenessMsP99: null },
  };
  const events = new Map(calls.flatMap(({ trace }) => (trace === null ? [] : [[trace.id, trace] as const])));
  return {
    end,
    calls,
    skipped,
    intents,
    record: {
      manifest,
      observations,
      events,
      tokens: new Map(),
      lost: [],
      stalls: [],
      serverScrapes: [],
      warnings: [],
    },
  };
}

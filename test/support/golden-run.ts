import { failure, type FailureKind } from "../../src/core/failure.ts";
import {
  observationId,
  type EventTrace,
  type Intent,
  type Observation,
  type Stamps,
  type TokenCount,
} from "../../src/core/observation.ts";
import { random, type Random } from "../../src/core/random.ts";
import type { Manifest } from "../../src/core/run.ts";
import { loadLabel } from "../../src/core/load.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { PLAIN_TERMS, type Target } from "../../src/core/target.ts";

/** A made-up run, the same on every machine: two simulated targets of opposite character in two scenarios. */
export interface GoldenRun {
  readonly manifest: Manifest;
  readonly intents: readonly Intent[];
  readonly observations: readonly Observation[];
  readonly events: readonly EventTrace[];
  readonly tokens: readonly TokenCount[];
}

const base = { source: "made up", warmups: 1, seed: 405, arrangement: "paired" as const, block: null, retry: null };

/** Long enough for p95, too short for p99. */
export const CHAT: Scenario = {
  ...base,
  id: "golden-chat",
  title: "Short chat",
  prompt: {
    inputTokens: 100,
    outputTokens: 48,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "open", arrival: "poisson", ratePerSecond: 4, maxInFlight: 20 },
  stop: { requests: 80, durationMs: null },
  slo: { ttftMs: 600, tpotMs: 40, e2eMs: null, percentile: 0.95 },
};

/** Too short for any tail. */
const BATCH: Scenario = {
  ...base,
  id: "golden-batch",
  title: "Closed loop",
  prompt: {
    inputTokens: 300,
    outputTokens: 24,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "closed", maxConcurrency: 4, rampUpMs: 0, thinkTime: null },
  stop: { requests: 12, durationMs: null },
  slo: { ttftMs: null, tpotMs: null, e2eMs: 3000, percentile: 0.95 },
};

export interface Character {
  readonly target: Target;
  readonly ttftMs: number;
  readonly gapMs: number;
  /** Share of the requests that fail, and how. */
  readonly failureShare: number;
  /** How much shorter than ours the server's own TTFT is; null where it tells none. */
  readonly serverBehindMs: number | null;
}

const targetBase = {
  provider: "simulator",
  model: "llama-3.1-405b-instruct",
  modelId: "sim-405b",
  region: "local",
  tier: null,
  baseUrl: "http://127.0.0.1:41234/v1",
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
  simulated: true,
};

const price = {
  kind: "tokens",
  cachedInputUsdPerMtok: null,
  batch: null,
  asOf: "2026-11-01",
  source: "made up",
  ...PLAIN_TERMS,
} as const;

export const CHARACTERS: readonly Character[] = [
  {
    target: {
      ...targetBase,
      id: "sim-fast",
      precision: "fp8",
      price: { ...price, inputUsdPerMtok: 3.5, outputUsdPerMtok: 3.5 },
    },
    ttftMs: 210,
    gapMs: 15,
    failureShare: 0,
    serverBehindMs: null,
  },
  {
    target: {
      ...targetBase,
      id: "sim-flaky",
      precision: null,
      price: { ...price, inputUsdPerMtok: 2, outputUsdPerMtok: 2 },
    },
    ttftMs: 300,
    gapMs: 22,
    failureShare: 0.12,
    serverBehindMs: null,
  },
];

const FAILURES: readonly FailureKind[] = ["truncated", "truncated", "overloaded"];

/** Members that scenarios did not have when the run was frozen. */
const LATER: ReadonlySet<string> = new Set([
  "retry",
  "rampUpMs",
  "thinkTime",
  "spread",
  "prefix",
  "dataset",
  "conversation",
  "block",
]);

export function goldenRun(): GoldenRun {
  return madeRun([CHAT, BATCH], CHARACTERS);
}

const LAST_START_US = 31_000_000;

/** The same for other scenarios and targets. */
export function madeRun(scenarios: readonly Scenario[], characters: readonly Character[]): GoldenRun {
  const rows = scenarios.flatMap((scenario, index) =>
    scenarioRows(scenario, characters, 1_000_000 + index * (LAST_START_US - 1_000_000)),
  );
  return {
    manifest: {
      ...goldenManifest(),
      scenarios: scenarios.map(snapshotOf),
      targets: characters.map(({ target }) => target),
    },
    intents: rows.map(({ observation: { id, target, stamps, cost } }) => ({
      v: 1,
      id,
      target,
      atUs: stamps.scheduled,
      reservedUsd: cost.reservedUsd,
    })),
    observations: rows.map((row) => row.observation),
    events: rows.flatMap((row) => row.trace ?? []),
    tokens: rows.flatMap((row) => row.tokens ?? []),
  };
}

function snapshotOf(scenario: Scenario): Manifest["scenarios"][number] {
  return {
    scenario,
    text: JSON.stringify(scenario, (name, value: unknown) => (LATER.has(name) ? undefined : value)),
    sha256: "0".repeat(64),
    targets: null,
    planned: null,
    inputs: [],
  };
}

function goldenManifest(): Omit<Manifest, "scenarios" | "targets"> {
  return {
    v: 1,
    runId: "20261123T184938Z-golden",
    label: "golden",
    toolVersion: "0.1.0",
    definitionsVersion: 1,
    carbonModelVersion: null,
    schemaVersion: 1,
    startedAt: "2026-11-23T18:49:38.000Z",
    clock: { name: "hrtime", originNs: "81234567890123" },
    seed: 405,
    simulated: true,
    vantage: "laptop-fra",
    host: {
      platform: "linux",
      arch: "x64",
      cpus: 2,
      cpuModel: "Example CPU",
      memoryBytes: 8_589_934_592,
      node: "24.21.0",
    },
    proxied: false,
    network: { proxies: {}, trusted: [] },
    maxCostUsd: 1,
    maxTotalTokens: null,
    maxRequests: null,
    targetCaps: {},
    maxFailureShare: 0.1,
    timeouts: { connectMs: 10_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 300_000 },
    metadata: { purpose: "golden" },
    quotas: [],
    study: null,
    certificate: null,
    overloads: [],
    resumed: [],
    end: {
      endedAt: "2026-11-23T18:50:39.000Z",
      endUs: 41_000_000,
      reason: "complete",
      capsReached: [],
      overshootUsd: 0,
      windows: [
        { scenario: CHAT.id, startUs: 1_000_000, endUs: 29_000_000, loopDelayMsMax: 4.2 },
        { scenario: BATCH.id, startUs: 31_000_000, endUs: 41_000_000, loopDelayMsMax: 3.9 },
      ],
      stops: [],
      pauses: [],
      clientErrorMsP99: 0.8,
      simulatorLatenessMsP99: 1.2,
    },
  };
}

interface Row {
  readonly observation: Observation;
  readonly trace: EventTrace | null;
  readonly tokens: TokenCount | null;
}

function scenarioRows(scenario: Scenario, characters: readonly Character[], startUs: number): readonly Row[] {
  const arrivals = random(scenario.seed, scenario.id, "arrivals");
  const rate = "ratePerSecond" in scenario.load ? scenario.load.ratePerSecond : 2;
  const rows: Row[] = [];
  for (const character of characters) rows.push(attempt(scenario, character, { pair: 0, phase: "warmup" }, startUs));
  let dueUs = startUs + 2_000_000;
  for (let pair = 0; pair < scenario.stop.requests!; pair += 1) {
    dueUs += Math.round((arrivals.exponential() / rate) * 1e6);
    for (const character of characters) rows.push(attempt(scenario, character, { pair, phase: "measured" }, dueUs));
  }
  return rows;
}

interface Slot {
  readonly pair: number;
  readonly phase: "warmup" | "measured";
}

function attempt(
  scenario: Scenario,
  { target, ttftMs, gapMs, failureShare, serverBehindMs }: Character,
  slot: Slot,
  dueUs: number,
): Row {
  const dice = random(scenario.seed, scenario.id, target.id, slot.phase, slot.pair);
  const isCold = slot.phase === "warmup";
  const kind = !isCold && dice.next() < failureShare ? FAILURES[dice.int(FAILURES.length)]! : null;
  const ttftUs = Math.round(ttftMs * 1000 * Math.exp(0.15 * dice.normal()));
  const eventCount = contentEvents(scenario, kind, dice);
  const deltasUs = Array.from({ length: Math.max(0, eventCount - 1) }, () =>
    Math.round(gapMs * 1000 * (0.7 + 0.6 * dice.next())),
  );
  const stamps = stampsOf({ dueUs, isCold, ttftUs, deltasUs, hasContent: eventCount > 0, dice });
  const id = observationId({ scenario: scenario.id, target: target.id, ...slot, attempt: 1 });
  const serverTtftMs = serverBehindMs === null ? null : ttftUs / 1000 - serverBehindMs;
  const observation = observationOf({ id, scenario, target, slot, kind, eventCount, stamps, isCold, serverTtftMs });
  if (stamps.firstContent === null) return { observation, trace: null, tokens: null };
  return {
    observation,
    trace: { v: 1, id, firstUs: stamps.firstContent, deltasUs, totals: null, serverDeltasUs: null },
    tokens: { v: 1, id, output: eventCount, first: 1 },
  };
}

/** One token an event: all of them, half of them, or none. */
function contentEvents(scenario: Scenario, kind: FailureKind | null, dice: Random): number {
  if (kind === "overloaded") return 0;
  return kind === null ? scenario.prompt.outputTokens : 1 + dice.int(scenario.prompt.outputTokens - 1);
}

function stampsOf(of: {
  dueUs: number;
  isCold: boolean;
  ttftUs: number;
  deltasUs: readonly number[];
  hasContent: boolean;
  dice: Random;
}): Stamps {
  const released = of.dueUs + 20 + of.dice.int(300);
  const sent = released + 100 + of.dice.int(200) + (of.isCold ? 1200 : 0);
  const firstContent = of.hasContent ? sent + of.ttftUs : null;
  const lastContent = firstContent === null ? null : of.deltasUs.reduce((sum, delta) => sum + delta, firstContent);
  const headers = sent + Math.round(of.ttftUs / 2);
  return {
    scheduled: of.dueUs,
    released,
    sent,
    written: sent + 40,
    headers,
    firstByte: headers + 60,
    firstContent,
    lastContent,
    end: (lastContent ?? headers) + 500,
  };
}

const UNTOLD = { queueMs: null, ttftMs: null, promptMs: null, decodeMs: null, totalMs: null } as const;

function observationOf(of: {
  id: string;
  scenario: Scenario;
  target: Target;
  slot: Slot;
  kind: FailureKind | null;
  eventCount: number;
  stamps: Stamps;
  isCold: boolean;
  serverTtftMs: number | null;
}): Observation {
  const { scenario, target, kind, eventCount } = of;
  const perMtok = target.price.kind === "tokens" ? target.price.inputUsdPerMtok : 0;
  const input = scenario.prompt.inputTokens + 10;
  return {
    v: 1,
    id: of.id,
    target: target.id,
    scenario: scenario.id,
    load: loadLabel(scenario.load),
    slice: null,
    block: 0,
    ...of.slot,
    turn: 0,
    attempt: 1,
    stamps: of.stamps,
    connection: {
      id: of.slot.pair % 4,
      reused: !of.isCold,
      peer: "127.0.0.1:41234",
      dns: null,
      tcp: of.isCold ? 240 : null,
      tls: null,
      protocol: "http/1.1",
    },
    outcome: kind === null ? "completed" : "failed",
    failure: kind === null ? null : failureOf(kind),
    reason: null,
    finish: kind === null ? "length" : null,
    flags: [],
    usage: kind === null ? { input, output: eventCount, cached: null } : null,
    events: { content: eventCount, total: eventCount + 3, coalesced: 0 },
    server: of.serverTtftMs === null ? null : { ...UNTOLD, ttftMs: of.serverTtftMs },
    rateLimit: null,
    modelEchoed: kind === "overloaded" ? null : target.modelId,
    request: {
      inputTokens: scenario.prompt.inputTokens,
      maxOutputTokens: scenario.prompt.outputTokens,
      bytes: 700 + scenario.prompt.inputTokens * 5,
      promptHash: null,
      signingUs: null,
    },
    response: { bytes: eventCount * 220, chars: eventCount * 6, textHash: null },
    cost: {
      reservedUsd: ((input + scenario.prompt.outputTokens) * perMtok) / 1e6,
      usd: kind === null ? ((input + eventCount) * perMtok) / 1e6 : null,
    },
  };
}

function failureOf(kind: FailureKind): Observation["failure"] {
  return kind === "overloaded"
    ? failure(kind, { where: "headers", status: 503, code: "overloaded", detail: "the engine is overloaded" })
    : failure(kind, { where: "stream", status: 200, detail: "the stream ended without finish reason or terminator" });
}

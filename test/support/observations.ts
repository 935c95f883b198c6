import { failure, type FailureKind } from "../../src/core/failure.ts";
import {
  observationId,
  type EventTrace,
  type Intent,
  type Observation,
  type Stamps,
  type TokenCount,
} from "../../src/core/observation.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { loadLabel } from "../../src/core/load.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { PLAIN_TERMS, type Target } from "../../src/core/target.ts";
import { CARBON_MODEL_VERSION } from "../../src/measure/carbon/estimate.ts";
import { usFromMs } from "../../src/core/units.ts";

/** Open loop, 1 in, 2 out USD per million tokens, limits of 600 ms TTFT and 25 ms TPOT. */
export const OPEN: Scenario = {
  id: "open",
  title: "Open loop",
  source: "made up",
  prompt: {
    inputTokens: 100,
    outputTokens: 96,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "open", arrival: "constant", ratePerSecond: 10, maxInFlight: 20 },
  stop: { requests: 40, durationMs: null },
  warmups: 1,
  slo: { ttftMs: 600, tpotMs: 25, e2eMs: null, percentile: 0.95 },
  arrangement: "paired",
  block: null,
  retry: null,
  seed: 405,
};

export const CLOSED: Scenario = {
  ...OPEN,
  id: "closed",
  load: { kind: "closed", maxConcurrency: 4, rampUpMs: 0, thinkTime: null },
};

export const TARGET: Target = {
  id: "alpha",
  provider: "maker",
  model: "llama-3.1-405b-instruct",
  modelId: "m",
  region: null,
  tier: null,
  precision: "fp8",
  baseUrl: "http://127.0.0.1:1/v1",
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
  price: {
    kind: "tokens",
    inputUsdPerMtok: 1,
    outputUsdPerMtok: 2,
    cachedInputUsdPerMtok: 0.5,
    batch: null,
    asOf: "2026-11-01",
    source: "user",
    ...PLAIN_TERMS,
  },
  simulated: true,
};

/** One attempt with what was recorded beside it. */
export interface Recorded {
  readonly observation: Observation;
  readonly trace: EventTrace | null;
  readonly tokens: TokenCount | null;
}

/** Where an attempt stands. */
export interface Place {
  readonly pair: number;
  readonly scenario?: Scenario;
  readonly target?: Target;
  readonly phase?: "warmup" | "measured";
  readonly attempt?: number;
  /** Due time, milliseconds. */
  readonly atMs?: number;
}

/**
 * A completed answer: due, released and sent at `atMs`, first content `ttftMs` later, then one content event after each
 * gap. Its tokens are reported and counted: `tokens` in all, `first` in the first event.
 */
export function answer(
  of: Place & {
    ttftMs: number;
    gapsMs: readonly number[];
    tokens: number;
    first?: number;
    /** Running totals of usage, one per content event. */
    totals?: readonly number[];
    fields?: Partial<Observation>;
  },
): Recorded {
  const atUs = usFromMs(of.atMs ?? 0);
  const deltasUs = of.gapsMs.map(usFromMs);
  const firstContent = atUs + usFromMs(of.ttftMs);
  const lastContent = deltasUs.reduce((sum, delta) => sum + delta, firstContent);
  const reads = deltasUs.filter((delta) => delta > 0).length;
  const observation: Observation = {
    ...blank(of, {
      scheduled: atUs,
      released: atUs,
      sent: atUs,
      written: atUs,
      headers: atUs + 5_000,
      firstByte: atUs + 5_000,
      firstContent,
      lastContent,
      end: lastContent,
    }),
    outcome: "completed",
    finish: "length",
    usage: { input: 110, output: of.tokens, cached: 0 },
    events: { content: deltasUs.length + 1, total: deltasUs.length + 3, coalesced: deltasUs.length - reads },
    ...of.fields,
  };
  return {
    observation,
    trace: {
      v: 1,
      id: observation.id,
      firstUs: firstContent,
      deltasUs,
      totals: of.totals ?? null,
      serverDeltasUs: null,
    },
    tokens: { v: 1, id: observation.id, output: of.tokens, first: of.first ?? of.tokens / (deltasUs.length + 1) },
  };
}

/** A call that was sent and failed 20 ms later. */
export function failed(of: Place & { kind: FailureKind; fields?: Partial<Observation> }): Recorded {
  const atUs = usFromMs(of.atMs ?? 0);
  const stamps = { ...unsent(atUs), released: atUs, sent: atUs, end: atUs + 20_000 };
  return alone({ ...blank(of, stamps), outcome: "failed", failure: failure(of.kind, {}), ...of.fields });
}

/** Any attempt that has no answer and no failure: dropped, not started or cancelled. */
export function unanswered(of: Place & Pick<Observation, "outcome" | "reason">): Recorded {
  const atUs = usFromMs(of.atMs ?? 0);
  const stamps = of.outcome === "cancelled" ? { ...unsent(atUs), released: atUs, sent: atUs } : unsent(atUs);
  return alone({ ...blank(of, stamps), outcome: of.outcome, reason: of.reason });
}

/** A closed run that holds these attempts, in the scenarios and targets given. */
export function recordOf(
  recorded: readonly Recorded[],
  of: { scenarios?: readonly Scenario[]; targets?: readonly Target[] },
): RunRecord {
  const scenarios = of.scenarios ?? [OPEN];
  return {
    manifest: {
      v: 1,
      runId: "20261123T184938Z-test",
      label: "test",
      toolVersion: "0.1.0",
      definitionsVersion: 1,
      carbonModelVersion: CARBON_MODEL_VERSION,
      schemaVersion: 1,
      startedAt: "2026-11-23T18:49:38.000Z",
      clock: { name: "test", originNs: "0" },
      seed: 405,
      simulated: true,
      vantage: "here",
      host: { platform: "linux", arch: "x64", cpus: 2, cpuModel: "test", memoryBytes: 1, node: "v24" },
      proxied: false,
      network: { proxies: {}, trusted: [] },
      maxCostUsd: 1,
      maxTotalTokens: null,
      maxRequests: null,
      targetCaps: {},
      maxFailureShare: 0.1,
      timeouts: { connectMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 },
      metadata: {},
      scenarios: scenarios.map((scenario) => ({
        scenario,
        text: "{}",
        sha256: "0",
        targets: null,
        planned: null,
        inputs: [],
      })),
      targets: of.targets ?? [TARGET],
      quotas: [],
      study: null,
      certificate: null,
      overloads: [],
      resumed: [],
      end: {
        endedAt: "2026-11-23T18:50:38.000Z",
        endUs: 60_000_000,
        reason: "complete",
        capsReached: [],
        overshootUsd: 0,
        windows: scenarios.map(({ id }) => ({ scenario: id, startUs: 0, endUs: 60_000_000, loopDelayMsMax: 3 })),
        stops: [],
        pauses: [],
        clientErrorMsP99: 0.81249,
        simulatorLatenessMsP99: 1.2,
      },
    },
    observations: recorded.map(({ observation }) => observation),
    events: new Map(recorded.flatMap(({ trace }) => (trace === null ? [] : [[trace.id, trace] as const]))),
    tokens: new Map(recorded.flatMap(({ tokens }) => (tokens === null ? [] : [[tokens.id, tokens] as const]))),
    lost: [],
    stalls: [],
    serverScrapes: [],
    warnings: [],
  };
}

function alone(observation: Observation): Recorded {
  return { observation, trace: null, tokens: null };
}

function unsent(scheduled: number): Stamps {
  return {
    scheduled,
    released: null,
    sent: null,
    written: null,
    headers: null,
    firstByte: null,
    firstContent: null,
    lastContent: null,
    end: null,
  };
}

function blank(of: Place, stamps: Stamps): Observation {
  const scenario = of.scenario ?? OPEN;
  const target = (of.target ?? TARGET).id;
  const [phase, attempt] = [of.phase ?? "measured", of.attempt ?? 1];
  return {
    v: 1,
    id: observationId({ scenario: scenario.id, target, phase, pair: of.pair, attempt }),
    target,
    scenario: scenario.id,
    load: loadLabel(scenario.load),
    slice: null,
    block: 0,
    pair: of.pair,
    turn: 0,
    attempt,
    phase,
    stamps,
    connection: { id: 1, reused: true, peer: null, dns: null, tcp: null, tls: null, protocol: "http/1.1" },
    outcome: "completed",
    failure: null,
    reason: null,
    finish: null,
    flags: [],
    usage: null,
    events: { content: 0, total: 0, coalesced: 0 },
    server: null,
    rateLimit: null,
    modelEchoed: "m",
    request: {
      inputTokens: 100,
      maxOutputTokens: scenario.prompt.outputTokens,
      bytes: 500,
      promptHash: "0",
      signingUs: null,
    },
    response: { bytes: 1000, chars: 400, textHash: "0" },
    cost: { reservedUsd: 0.0003, usd: null },
  };
}

/** The intents of attempts that were in flight when the process was killed. */
export function lostIntents(ids: readonly string[], reservedUsd: number | null): Intent[] {
  return ids.map((id) => ({ v: 1, id, target: id.split(":")[1] ?? "", atUs: 0, reservedUsd }));
}

import type { CapReached, Caps, RunCaps } from "./caps.ts";
import type { Certificate, Host, Overload } from "./certificate.ts";
import type { FailureKind } from "./failure.ts";
import type { EventTrace, Intent, Observation, TokenCount } from "./observation.ts";
import type { RateWindow } from "./provider.ts";
import type { Scenario } from "./scenario.ts";
import type { ServerScrape } from "./server-metrics.ts";
import type { Study } from "./study.ts";
import type { Target } from "./target.ts";
import type { Us } from "./units.ts";

/** Version of the definitions in the glossary; a change of meaning of any metric raises it. */
export const DEFINITIONS_VERSION = 1;

/** Version of the two CSV headers: columns are only ever appended. */
export const SCHEMA_VERSION = 1;

/** A scenario as run, with the exact text it was read from. */
export interface ScenarioSnapshot {
  readonly scenario: Scenario;
  readonly text: string;
  /** sha256 of the text, hex. */
  readonly sha256: string;
  /** Ids of those that it is run against; null for all targets of the run. */
  readonly targets: readonly string[] | null;
  /** What it plans per target, so that nobody needs its files to know; null in the first folders of this version. */
  readonly planned: { readonly warmups: number; readonly arrivals: number } | null;
  /** The files that its plan was made from. */
  readonly inputs: readonly InputFile[];
}

/** A file that a plan was made from, and that stays where it is. */
export interface InputFile {
  readonly path: string;
  /** Of its bytes, hex. */
  readonly sha256: string;
  readonly rows: number;
}

/** How long a scenario ran, and how well our own process kept up meanwhile. */
export interface ScenarioWindow {
  readonly scenario: string;
  readonly startUs: Us;
  readonly endUs: Us;
  /** Longest event-loop delay within the window, milliseconds. */
  readonly loopDelayMsMax: number;
}

/** A limit of the buyer's account that a scenario goes above: its rows tell of the quota as much as of the endpoint. */
export interface QuotaShortfall {
  readonly scenario: string;
  readonly target: string;
  readonly of: RateWindow["of"];
  readonly windowMs: number;
  readonly limit: number;
  /** The most that the plan takes within one window. */
  readonly need: number;
  /** Told by the target itself, or by the user. */
  readonly source: "headers" | "config";
}

/** A target that was not asked any more, since its failures in a row would not mend. */
export interface TargetStop {
  readonly target: string;
  readonly atUs: Us;
  /** Failures in a row by then, and what the last of them was. */
  readonly failures: number;
  readonly kind: FailureKind;
  readonly code: string | null;
  /** Requests that went out meanwhile to see whether it is back. */
  readonly probes: number;
  /** When it answered again; null when it did not. */
  readonly resumedUs: Us | null;
}

/** What a closed loop waited since a target asked it to, `retry-after` and its like. */
export interface TargetPause {
  readonly scenario: string;
  readonly target: string;
  readonly count: number;
  /** In all, milliseconds. */
  readonly waitedMs: number;
}

/** Blocked for longer than this, our own process cannot vouch for the stamps of that time. */
export const LOOP_DELAY_MS_MAX = 50;

/**
 * One line of `stalls.ndjson`, written as soon as it is over: our own event loop was blocked for more than
 * {@link LOOP_DELAY_MS_MAX}. So a process that was killed has left behind whether its stamps can be believed.
 */
export interface Stall {
  readonly v: 1;
  /** `scenario:atUs`. */
  readonly id: string;
  readonly scenario: string;
  /** When it was over. */
  readonly atUs: Us;
  readonly delayMs: number;
}

/** What a report was made with in place of what the run itself had. */
export interface Revision {
  /** Of all that was put in place: the same revision has the same one. */
  readonly tag: string;
  /** Ids of the targets with another price, sorted. */
  readonly repriced: readonly string[];
  /** The carbon model of the run; null for none. */
  readonly carbonModelBefore: string | null;
}

/** Known only when the run ends; null in a manifest means that the process was killed. */
export interface RunEnd {
  readonly endedAt: string;
  readonly endUs: Us;
  /** `budget` when any cap was reached, be it one target's alone. */
  readonly reason: "complete" | "interrupt" | "budget";
  /** The caps that were reached, in that order. */
  readonly capsReached: readonly CapReached[];
  /** What calls cost beyond what was reserved for each of them, USD. */
  readonly overshootUsd: number;
  readonly windows: readonly ScenarioWindow[];
  readonly stops: readonly TargetStop[];
  readonly pauses: readonly TargetPause[];
  /** The client's own error measured by the live canary during this run, p99 in milliseconds; null when none ran. */
  readonly clientErrorMsP99: number | null;
  /** How late the simulator wrote by its own ledger during this run, p99 in milliseconds; null when it did not say. */
  readonly simulatorLatenessMsP99: number | null;
}

/**
 * A later process that went on with the run. All stamps of a run are on one axis: those of a later process begin after every
 * stamp before it. Within one process they are exact; how much time lies between two is only as good as the wall clock.
 */
export interface Resumption {
  /** Wall time at which it began, ISO 8601 UTC. */
  readonly startedAt: string;
  readonly startUs: Us;
  readonly clock: Manifest["clock"];
  /** Last stamp on record before it. */
  readonly stoppedUs: Us;
  /** How the run stood before it; null when the process before it was killed. */
  readonly before: RunEnd | null;
}

/** What stood between this machine and the targets, and whom it trusted. */
export interface NetworkFacts {
  /** Origin of the proxy by target id, without its credentials. Who is not named was reached directly. */
  readonly proxies: Readonly<Record<string, string>>;
  /** Certificates trusted beside those that Node brings: where they came from, how many, sha256 of their PEM text, hex. */
  readonly trusted: readonly { readonly from: string; readonly certificates: number; readonly sha256: string }[];
}

/** `manifest.json`: written first, completed at the end. No credential ever enters it. */
export interface Manifest {
  readonly v: 1;
  readonly runId: string;
  readonly label: string;
  readonly toolVersion: string;
  readonly definitionsVersion: number;
  /** Of the carbon estimates that its reports show; null for a run that was made before there was one. */
  readonly carbonModelVersion: string | null;
  readonly schemaVersion: number;
  /** Wall time of the origin of all stamps, ISO 8601 UTC. */
  readonly startedAt: string;
  readonly clock: {
    readonly name: string;
    /** The origin of the stamps on the host's monotonic clock, nanoseconds as a decimal string. */
    readonly originNs: string;
  };
  readonly seed: number;
  /** True when any target is simulated. */
  readonly simulated: boolean;
  /** Name of the place the client ran at. */
  readonly vantage: string;
  readonly host: Host;
  /** True when any target was reached through a proxy. */
  readonly proxied: boolean;
  readonly network: NetworkFacts;
  /** Caps of the whole run; null for none. Those of single targets by their id. */
  readonly maxCostUsd: number | null;
  readonly maxTotalTokens: number | null;
  readonly maxRequests: number | null;
  readonly targetCaps: Readonly<Record<string, Caps>>;
  readonly maxFailureShare: number;
  readonly timeouts: Timeouts;
  readonly metadata: Readonly<Record<string, string>>;
  readonly scenarios: readonly ScenarioSnapshot[];
  /** Null for scenarios that have nothing to do with each other. */
  readonly study: Study | null;
  readonly targets: readonly Target[];
  /** Said before the measured part of their scenario was sent. */
  readonly quotas: readonly QuotaShortfall[];
  /** Result of the client's self-test on this machine; null when none is known. */
  readonly certificate: Certificate | null;
  /** Scenarios above it. */
  readonly overloads: readonly Overload[];
  /** Later processes, in order; none for a run that was never resumed. */
  readonly resumed: readonly Resumption[];
  readonly end: RunEnd | null;
}

/** The caps that a run was given. */
export function capsOf(
  manifest: Pick<Manifest, "maxCostUsd" | "maxTotalTokens" | "maxRequests" | "targetCaps">,
): RunCaps {
  const { maxCostUsd, maxTotalTokens, maxRequests, targetCaps } = manifest;
  return { run: { usd: maxCostUsd, tokens: maxTotalTokens, requests: maxRequests }, targets: targetCaps };
}

/** Limits on one exchange, milliseconds. */
export interface Timeouts {
  /** DNS, TCP and TLS together. */
  readonly connectMs: number;
  /** From `sent` to the first content event. */
  readonly firstContentMs: number;
  /** Longest silence once the response has begun. */
  readonly idleMs: number;
  /** From `sent` to the end. */
  readonly totalMs: number;
}

/** A whole run folder in memory: all that any report is made from. */
export interface RunRecord {
  readonly manifest: Manifest;
  readonly observations: readonly Observation[];
  /** By observation id. */
  readonly events: ReadonlyMap<string, EventTrace>;
  /** By observation id. */
  readonly tokens: ReadonlyMap<string, TokenCount>;
  /** Intents without an observation: in flight when the process was killed. */
  readonly lost: readonly Intent[];
  /** Engines' own metrics around the run; empty when no target has any. */
  readonly serverScrapes: readonly ServerScrape[];
  readonly stalls: readonly Stall[];
  /** What the reader had to mend or skip, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Which process of a run a stamp belongs to: 0 for the first, 1 for the one that resumed it, and so on.
 *
 * @param startsUs at which later processes began
 */
export function partOf(startsUs: readonly Us[], at: Us): number {
  return startsUs.filter((startUs) => at >= startUs).length;
}

/** How long a run lasted, the time between two of its processes left out; null when it was never closed. */
export function runSeconds({ end, resumed }: Pick<Manifest, "end" | "resumed">): number | null {
  if (end === null) return null;
  return resumed.reduce((sum, { startUs, stoppedUs }) => sum - (startUs - stoppedUs), end.endUs) / 1e6;
}

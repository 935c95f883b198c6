import type { EventTrace, Intent, Observation, TokenCount } from "./observation.ts";
import type { Scenario } from "./scenario.ts";
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
}

/** How long a scenario ran, and how well our own process kept up meanwhile. */
export interface ScenarioWindow {
  readonly scenario: string;
  readonly startUs: Us;
  readonly endUs: Us;
  /** Longest event-loop delay within the window, milliseconds. */
  readonly loopDelayMsMax: number;
}

/** Known only when the run ends; null in a manifest means that the process was killed. */
export interface RunEnd {
  readonly endedAt: string;
  readonly endUs: Us;
  readonly reason: "complete" | "interrupt" | "budget";
  readonly windows: readonly ScenarioWindow[];
  /** The client's own error measured by the live canary during this run, p99 in milliseconds; null when none ran. */
  readonly clientErrorMsP99: number | null;
  /** How late the simulator wrote by its own ledger during this run, p99 in milliseconds; null when it did not say. */
  readonly simulatorLatenessMsP99: number | null;
}

/** `manifest.json`: written first, completed at the end. No credential ever enters it. */
export interface Manifest {
  readonly v: 1;
  readonly runId: string;
  readonly label: string;
  readonly toolVersion: string;
  readonly definitionsVersion: number;
  readonly schemaVersion: number;
  /** Wall time of the origin of all stamps, ISO 8601 UTC. */
  readonly startedAt: string;
  readonly clock: {
    readonly name: string;
    /** The origin on the host's monotonic clock, nanoseconds as a decimal string. */
    readonly originNs: string;
  };
  readonly seed: number;
  /** True when any target is simulated. */
  readonly simulated: boolean;
  /** Name of the place the client ran at. */
  readonly vantage: string;
  readonly host: {
    readonly platform: string;
    readonly arch: string;
    readonly cpus: number;
    readonly cpuModel: string;
    readonly memoryBytes: number;
    readonly node: string;
  };
  readonly proxied: boolean;
  readonly maxCostUsd: number | null;
  readonly maxFailureShare: number;
  readonly timeouts: Timeouts;
  readonly metadata: Readonly<Record<string, string>>;
  readonly scenarios: readonly ScenarioSnapshot[];
  readonly targets: readonly Target[];
  /** Result of the client's self-test on this machine; null when none is known. */
  readonly certificate: null;
  readonly end: RunEnd | null;
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
  /** What the reader had to mend or skip, one sentence each. */
  readonly warnings: readonly string[];
}

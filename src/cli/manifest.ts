import { arch, cpus, platform, totalmem } from "node:os";
import type { Host } from "../core/certificate.ts";
import {
  DEFINITIONS_VERSION,
  SCHEMA_VERSION,
  type Manifest,
  type QuotaShortfall,
  type RunEnd,
  type RunRecord,
} from "../core/run.ts";
import type { Us } from "../core/units.ts";
import { CARBON_MODEL_VERSION } from "../measure/carbon/estimate.ts";
import { isUndecided } from "../run/past.ts";
import type { RealTime } from "../time/time.ts";
import { version } from "./version.ts";

/** What the manifest says beside what this machine knows of itself. */
export type ManifestFacts = Omit<
  Manifest,
  | "v"
  | "runId"
  | "toolVersion"
  | "definitionsVersion"
  | "carbonModelVersion"
  | "schemaVersion"
  | "startedAt"
  | "clock"
  | "host"
  | "quotas"
  | "resumed"
  | "end"
>;

/** What this machine and runtime are. */
export function hostFacts(): Host {
  const processors = cpus();
  return {
    platform: platform(),
    arch: arch(),
    cpus: processors.length,
    cpuModel: processors[0]?.model ?? "unknown",
    memoryBytes: totalmem(),
    node: process.version,
  };
}

/** What a run's folder begins with: `20261123T184938Z`. */
export function stampOf(wall: Date): string {
  return wall.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** The manifest of a run that begins now. */
export function newManifest(runId: string, facts: ManifestFacts, time: RealTime): Manifest {
  return {
    v: 1,
    runId,
    toolVersion: version(),
    definitionsVersion: DEFINITIONS_VERSION,
    carbonModelVersion: CARBON_MODEL_VERSION,
    schemaVersion: SCHEMA_VERSION,
    startedAt: time.originWall.toISOString(),
    clock: clockOf(time),
    host: hostFacts(),
    ...facts,
    quotas: [],
    resumed: [],
    end: null,
  };
}

/** Between two processes of a run at least this much lies on its axis of stamps, whatever the wall clock says. */
const GAP_US = 1_000_000;

/** Where on the axis of a run a process that goes on with it begins: after every stamp, and by the wall clock if that allows. */
export function resumeAt(record: RunRecord, wall: Date): { readonly stoppedUs: Us; readonly startUs: Us } {
  const { manifest, observations, lost } = record;
  // What was never let go has due times that lie ahead.
  const decided = observations.filter((observation) => !isUndecided(observation));
  const stoppedUs = [
    manifest.end?.endUs ?? 0,
    ...manifest.resumed.map(({ startUs }) => startUs),
    ...decided.map(({ stamps }) => stamps.end ?? stamps.released ?? 0),
    ...lost.map(({ atUs }) => atUs),
  ].reduce((last, at) => Math.max(last, at));
  const byWallUs = (wall.getTime() - Date.parse(manifest.startedAt)) * 1000;
  return { stoppedUs, startUs: Math.max(stoppedUs + GAP_US, byWallUs) };
}

/** The manifest of a run that another process goes on with. */
export function resumedManifest(
  manifest: Manifest,
  changes: Pick<Manifest, "targets" | "maxCostUsd" | "maxTotalTokens" | "maxRequests" | "proxied" | "network">,
  at: { readonly stoppedUs: Us; readonly startUs: Us },
  time: RealTime,
): Manifest {
  const { stoppedUs, startUs } = at;
  const startedAt = time.wallAt(startUs).toISOString();
  const resumption = { startedAt, startUs, clock: clockOf(time), stoppedUs, before: manifest.end };
  return { ...manifest, ...changes, resumed: [...manifest.resumed, resumption], end: null };
}

/** The manifest with limits that a plan is above; one that an earlier process of the run found is replaced. */
export function withQuotas(manifest: Manifest, found: readonly QuotaShortfall[]): Manifest {
  const isSame = (a: QuotaShortfall, b: QuotaShortfall): boolean =>
    a.scenario === b.scenario && a.target === b.target && a.of === b.of && a.windowMs === b.windowMs;
  const kept = manifest.quotas.filter((before) => !found.some((now) => isSame(before, now)));
  return { ...manifest, quotas: [...kept, ...found] };
}

/** The manifest with its end, which speaks for the processes before as well, as far as they lived to say anything. */
export function endedManifest(manifest: Manifest, own: RunEnd): Manifest {
  const before = manifest.resumed.findLast((resumption) => resumption.before !== null)?.before ?? null;
  if (before === null) return { ...manifest, end: own };
  const end = {
    ...own,
    windows: [...before.windows, ...own.windows],
    stops: [...before.stops, ...own.stops],
    pauses: [...before.pauses, ...own.pauses],
    clientErrorMsP99: worse(before.clientErrorMsP99, own.clientErrorMsP99),
    simulatorLatenessMsP99: worse(before.simulatorLatenessMsP99, own.simulatorLatenessMsP99),
  };
  return { ...manifest, end };
}

function clockOf(time: RealTime): Manifest["clock"] {
  return { name: time.name, originNs: String(time.originNs) };
}

function worse(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

import { analyse } from "../../src/measure/analyse.ts";
import { writeReports } from "../../src/report/write.ts";
import { createRun } from "../../src/store/create.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Manifest } from "../../src/core/run.ts";
import { goldenRun, type GoldenRun } from "./golden-run.ts";

/** One made-up run of the past. */
export interface PastRun {
  /** ISO 8601 UTC, to the second. */
  readonly at: string;
  readonly label?: string;
  /** How many times as long the first token took, of every target. */
  readonly slower?: number;
  readonly manifest?: Partial<Manifest>;
  /** False: the process died before it wrote any report. */
  readonly reports?: boolean;
}

const golden = goldenRun();

/** Writes the folder of a run as herdbench does, reports and all, and returns its name. */
export async function writePastRun(resultsDir: string, past: PastRun): Promise<string> {
  const stamp = past.at.replace(/[-:]/g, "").replace(/(?:\.\d+)?Z$/, "Z");
  const folder = await createRun(resultsDir, { stamp, label: past.label ?? "golden" });
  const run = pastRun(folder.id, past);
  await folder.writeManifest(run.manifest);
  for (const intent of run.intents) folder.appendIntent(intent);
  for (const observation of run.observations) folder.appendObservation(observation);
  for (const trace of run.events) folder.appendEvents(trace);
  await folder.writeTokens(run.tokens);
  await folder.finish();
  if (past.reports !== false)
    await writeReports(folder.path, analyse(recordOf(run), plannedOf(run.manifest)), recordOf(run));
  return folder.id;
}

function pastRun(runId: string, { at, slower = 1, manifest = {} }: PastRun): GoldenRun {
  const endedAt = new Date(Date.parse(at) + golden.manifest.end!.endUs / 1000).toISOString();
  const end = { ...golden.manifest.end!, endedAt };
  const late = new Map(golden.observations.map(({ id, stamps }) => [id, delayUs(stamps, slower)]));
  return {
    ...golden,
    manifest: { ...golden.manifest, runId, startedAt: new Date(at).toISOString(), end, ...manifest },
    observations: golden.observations.map((one) => ({ ...one, stamps: later(one.stamps, late.get(one.id)!) })),
    events: golden.events.map((trace) => ({ ...trace, firstUs: trace.firstUs + late.get(trace.id)! })),
  };
}

function delayUs({ sent, firstContent }: Observation["stamps"], slower: number): number {
  return firstContent === null ? 0 : Math.round((slower - 1) * (firstContent - sent!));
}

function later(stamps: Observation["stamps"], byUs: number): Observation["stamps"] {
  const add = (at: number | null): number | null => (at === null ? null : at + byUs);
  const { firstContent, lastContent, end } = stamps;
  return { ...stamps, firstContent: add(firstContent), lastContent: add(lastContent), end: add(end) };
}

function recordOf(run: GoldenRun): Parameters<typeof analyse>[0] {
  return {
    manifest: run.manifest,
    observations: run.observations,
    events: new Map(run.events.map((trace) => [trace.id, trace])),
    tokens: new Map(run.tokens.map((count) => [count.id, count])),
    lost: [],
    serverScrapes: [],
    stalls: [],
    warnings: [],
  };
}

function plannedOf({ scenarios }: Manifest): Parameters<typeof analyse>[1] {
  return new Map(
    scenarios.map(({ scenario }) => [scenario.id, { warmups: scenario.warmups, arrivals: scenario.stop.requests! }]),
  );
}

import type { NightCheck, NightRecord } from "../../src/core/night.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { asWritten, type Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import { random } from "../../src/core/random.ts";
import { publishReport } from "../../src/cli/publish-report.ts";
import { HOPELESS } from "../../src/study/nightly/causes.ts";
import { deadRuns, runNamed } from "../../src/study/nightly/dead-runs.ts";
import type { AskedTarget } from "../../src/study/nightly/facts.ts";
import { runSlot } from "../../src/study/nightly/procedure.ts";
import type { NightRules, NightSteps } from "../../src/study/nightly/steps.ts";
import { dayOf, type Slot } from "../../src/study/nightly/slots.ts";
import { createRun } from "../../src/store/create.ts";
import { sha256 } from "../../src/run/response.ts";
import { answer, failed, OPEN, recordOf, TARGET, type Recorded } from "../support/observations.ts";

const FIRST_MS = Date.parse("2026-10-01T02:00:00Z");
const DAY_MS = 86_400_000;
const REQUESTS = 40;
const SCENARIO: Scenario = { ...OPEN, id: "chat-night", title: "A chat every night", warmups: 0 };

/** What happens in the month, by night from 0. */
export const PLOT = {
  nights: 45,
  /** The endpoint is gone from here on, and acknowledged so many nights later. */
  gone: 8,
  acknowledged: 10,
  /** The key is refused in these nights. */
  keyExpired: [12, 13],
  crashed: 16,
  /** Slower from here on, and mended so many nights later that no window holds the nights before. */
  regression: 21,
  repaired: 42,
  missed: 25,
} as const;

/** The day of a night. */
export function day(night: number): string {
  return dayOf(FIRST_MS + night * DAY_MS);
}

const targets: readonly Target[] = [
  ["sim-steady", 180],
  ["sim-slowing", 220],
  ["sim-expiring", 260],
  ["sim-leaving", 300],
].map(([id]) => ({
  ...TARGET,
  id: String(id),
  provider: "simulator",
  price: { ...TARGET.price, inputUsdPerMtok: 3, outputUsdPerMtok: 9 } as Target["price"],
}));
const TTFT_MS: Readonly<Record<string, number>> = {
  "sim-steady": 180,
  "sim-slowing": 220,
  "sim-expiring": 260,
  "sim-leaving": 300,
};

/** The process that wrote a night is killed. */
class Killed extends Error {}

/**
 * A month of nights in virtual time: real checks of what is recorded, real run folders and reports, no server. Everything in it is
 * invented, and says that it is simulated.
 *
 * @param onNight is given each message, in the order in which it is sent
 */
export async function makeHistory(
  resultsDir: string,
  onNight: (record: NightRecord, sentOn: string) => void,
): Promise<void> {
  const rules: NightRules = {
    resultsDir,
    slots: [],
    windowNights: 14,
    failureShareMax: 0.1,
    capUsd: 1,
    simulated: true,
  };
  for (let night = 0; night < PLOT.nights; night += 1) {
    if (night === PLOT.missed) continue;
    try {
      await runSlot(
        rules,
        stepsOf(resultsDir, night, (record) => onNight(record, day(night))),
      );
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

function stepsOf(resultsDir: string, night: number, onNight: (record: NightRecord) => void): NightSteps {
  const nowMs = FIRST_MS + night * DAY_MS;
  return {
    nowMs: () => nowMs,
    check: () => Promise.resolve(targets.map(({ id }) => asked(id, night))),
    selfTest: () => Promise.resolve([]),
    measure: async (slot, all) => {
      const ids = all.flatMap(({ target, check }) => (HOPELESS.has(check.failure) ? [] : [target]));
      const path = await writeRun(resultsDir, slot, nowMs, ids, night);
      return publishReport(path, { quiet: true });
    },
    deadRuns: () => deadRuns(resultsDir),
    runNamed: (runId) => runNamed(resultsDir, runId),
    resume: () => Promise.resolve(null),
    close: ({ path }) => publishReport(path, { quiet: true }),
    publish: () => Promise.resolve([]),
    tell: (record) => {
      onNight(record);
      return Promise.resolve([{ hook: "onNight", ok: true, detail: "" }]);
    },
    ping: () => Promise.resolve([]),
  };
}

function asked(target: string, night: number): AskedTarget {
  const fine: NightCheck = { verdict: "ok", failure: null, unasked: null, note: "", usd: 0 };
  const check =
    target === "sim-leaving" && night >= PLOT.gone
      ? ({ ...fine, verdict: "failed", failure: "not-found", note: "The model does not exist (HTTP 404)" } as const)
      : target === "sim-expiring" && (PLOT.keyExpired as readonly number[]).includes(night)
        ? ({ ...fine, verdict: "failed", failure: "auth", note: "The key has expired (HTTP 401)" } as const)
        : fine;
  const goneUntil = target === "sim-leaving" && night >= PLOT.acknowledged ? "2026-12-31" : null;
  return { target, provider: "simulator", goneUntil, check };
}

async function writeRun(
  resultsDir: string,
  slot: Slot,
  nowMs: number,
  ids: readonly string[],
  night: number,
): Promise<string> {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const folder = await createRun(resultsDir, { stamp, label: "nightly" });
  const record = recordOfNight(folder.id, slot, nowMs, ids, night);
  const isKilled = night === PLOT.crashed;
  const rows = isKilled ? record.observations.slice(0, REQUESTS) : record.observations;
  await folder.writeManifest({ ...record.manifest, end: null });
  for (const { id, target, stamps } of rows) {
    folder.appendIntent({ v: 1, id, target, atUs: stamps.released ?? 0, reservedUsd: 0.0003 });
  }
  for (const observation of rows) folder.appendObservation(observation);
  for (const { id } of rows) {
    const trace = record.events.get(id);
    if (trace !== undefined) folder.appendEvents(trace);
  }
  if (isKilled) throw new Killed();
  await folder.writeTokens(record.tokens.values());
  await folder.writeManifest(record.manifest);
  await folder.finish();
  return folder.path;
}

function recordOfNight(
  runId: string,
  { night: date, slot, slots }: Slot,
  nowMs: number,
  ids: readonly string[],
  night: number,
): RunRecord {
  const there = targets.filter(({ id }) => ids.includes(id));
  const record = recordOf(
    there.flatMap((target) => requestsOf(target, night)),
    { scenarios: [SCENARIO], targets: there },
  );
  const text = `${JSON.stringify(asWritten(SCENARIO), null, 2)}\n`;
  const manifest = {
    ...record.manifest,
    runId,
    label: "nightly",
    startedAt: new Date(nowMs).toISOString(),
    scenarios: [{ scenario: SCENARIO, text, sha256: sha256(text), targets: null, planned: null, inputs: [] }],
    study: { kind: "nightly", night: date, slot, slots, rerun: null } as const,
    end: { ...record.manifest.end!, endedAt: new Date(nowMs + 60_000).toISOString() },
  };
  return { ...record, manifest };
}

/** 4 % from night to night, 15 % from request to request; one request in fifty fails. */
function requestsOf(target: Target, night: number): readonly Recorded[] {
  const stream = random("month", target.id, night);
  const level = TTFT_MS[target.id]! * Math.exp(0.04 * stream.normal());
  const isSlow = target.id === "sim-slowing" && night >= PLOT.regression && night < PLOT.repaired;
  const factor = isSlow ? 1.8 : 1;
  return Array.from({ length: REQUESTS }, (_, pair) => {
    const place = { pair, target, scenario: SCENARIO, atMs: 100 * pair };
    if (stream.next() < 0.02) return failed({ ...place, kind: "overloaded" });
    const ttftMs = level * factor * Math.exp(0.15 * stream.normal());
    const gapsMs = Array.from({ length: 11 }, () => 15 * Math.exp(0.2 * stream.normal()));
    const usd = (110 * 3 + 48 * 9) / 1e6;
    return answer({ ...place, ttftMs, gapsMs, tokens: 48, first: 4, fields: { cost: { reservedUsd: 0.001, usd } } });
  });
}

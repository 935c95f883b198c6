import { mkdir } from "node:fs/promises";
import type { HookOutcome, NightFacts, NightPart, NightRecord } from "../../core/night.ts";
import type { Manifest } from "../../core/run.ts";
import type { Analysis } from "../../measure/analysis.ts";
import { nightMarkdown } from "../../report/night.ts";
import { lockRun } from "../../store/lock.ts";
import { nightsFolder, readNights, writeNight } from "../../store/nights/nights.ts";
import { partFacts, type AskedTarget, type MeasuredPart } from "./facts.ts";
import { judgedPart, nightRecord, spentOf } from "./night.ts";
import { nextSlot, slotAt, type Slot } from "./slots.ts";

/** Nights that are looked at: the longest window, and as many again that were not complete. */
const NIGHTS_READ = 120;
/** Each of these was left behind by a process that died. */
const CLOSED_AT_ONCE_MAX = 100;

/** What holds for every night. */
export interface NightRules {
  readonly resultsDir: string;
  /** `HH:MM` UTC, ascending; none: one slot a day. */
  readonly slots: readonly string[];
  readonly windowNights: number;
  readonly failureShareMax: number;
  /** Cap of a whole night, USD; null for none. */
  readonly capUsd: number | null;
  readonly simulated: boolean;
}

/** A run of a night whose process died. */
export interface DeadRun {
  readonly path: string;
  readonly manifest: Manifest;
}

/** What a night does to the world: all of it is passed in, so that a month of nights can pass in a moment. */
export interface NightSteps {
  nowMs(): number;
  /** One small call to each target. */
  check(): Promise<readonly AskedTarget[]>;
  /** Why this machine cannot measure now; empty when it can. */
  selfTest(): Promise<readonly string[]>;
  /** Runs those targets that the check left in; null when none is. */
  measure(slot: Slot, asked: readonly AskedTarget[], capUsd: number | null): Promise<Analysis | null>;
  /** Oldest first. */
  deadRuns(): Promise<readonly DeadRun[]>;
  /** Goes on with a run; null when that cannot be. */
  resume(run: DeadRun): Promise<Analysis | null>;
  /** Reports of a run as it was left. */
  close(run: DeadRun): Promise<Analysis>;
  /** Retention, index and site. Returns what went wrong. */
  publish(): Promise<readonly string[]>;
  /** Sends the one message of a night. */
  tell(record: NightRecord): Promise<readonly HookOutcome[]>;
  ping(moment: "deadManStart" | "deadManEnd"): Promise<readonly HookOutcome[]>;
}

/** What came of one slot. */
export interface SlotOutcome {
  readonly slot: Slot;
  readonly record: NightRecord;
  /** False when the slot was done before: nothing was sent. */
  readonly isNew: boolean;
  /** Nights before it that had to be closed. */
  readonly closedLate: readonly NightRecord[];
  readonly warnings: readonly string[];
}

/**
 * One slot of one night, under a lock: nights never overlap. What a dead process left behind is finished when it belongs to this
 * slot and closed when it belongs to an earlier one; then check, self-test, run, judgement against the nights before, index and
 * site, message.
 *
 * @throws StoreError when another night is running, or the disk refuses
 */
export async function runSlot(rules: NightRules, steps: NightSteps): Promise<SlotOutcome> {
  return locked(rules.resultsDir, async () => {
    const slot = slotAt(rules.slots, steps.nowMs());
    const read = await readNights(rules.resultsDir, NIGHTS_READ);
    const own = read.nights.find(({ night }) => night === slot.night) ?? null;
    // Where nothing was sent it may be tried again.
    if (own?.parts.some((part) => part.slot === slot.slot && part.state !== "unmeasured") === true) {
      return { slot, record: own, isNew: false, closedLate: [], warnings: read.warnings };
    }
    const started = await steps.ping("deadManStart");
    const dead = await steps.deadRuns();
    const closedLate = await closeEarlier(rules, steps, slot, dead, read.nights);
    const { nights } = await readNights(rules.resultsDir, NIGHTS_READ);
    const before = nights.filter(({ night }) => night < slot.night);
    const parts = nights.find(({ night }) => night === slot.night)?.parts ?? [];
    const earlier = parts.filter((part) => part.slot !== slot.slot);
    const mine = dead.find(({ manifest }) => isOf(manifest, slot.night, slot.slot)) ?? null;
    const part = judgedPart(await measuredPart(rules, steps, { slot, mine, earlier }), { ...rules, before });
    const closed = nextSlot(rules.slots, slot) === null;
    const facts = factsOf(rules, slot.night, [...earlier, part], []);
    const judging = { ...rules, before, closed, isLate: false };
    await save(rules, nightRecord(facts, judging));
    const record = nightRecord({ ...facts, publishing: await steps.publish() }, judging);
    const told = closed ? await steps.tell(record) : [];
    const done = { ...record, hooks: [...started, ...told] };
    await save(rules, done);
    const ended = await steps.ping("deadManEnd");
    const all = { ...done, hooks: [...done.hooks, ...ended] };
    await save(rules, all);
    return { slot, record: all, isNew: true, closedLate, warnings: read.warnings };
  });
}

/** Does something as the only night there is. */
export async function locked<T>(resultsDir: string, work: () => Promise<T>): Promise<T> {
  const folder = nightsFolder(resultsDir);
  await mkdir(folder, { recursive: true });
  const unlock = await lockRun(folder);
  try {
    return await work();
  } finally {
    await unlock();
  }
}

async function measuredPart(
  { capUsd }: NightRules,
  steps: NightSteps,
  of: { readonly slot: Slot; readonly mine: DeadRun | null; readonly earlier: readonly NightPart[] },
): Promise<MeasuredPart> {
  const { slot, mine, earlier } = of;
  if (mine !== null) {
    const resumed = await steps.resume(mine);
    const analysis = resumed ?? (await steps.close(mine));
    return partFacts(slot.slot, analysis, askedBefore(mine), resumed === null);
  }
  const startedAt = isoOf(steps.nowMs());
  const asked = await steps.check();
  const unfit = await steps.selfTest();
  const left = capUsd === null ? null : Math.max(0, capUsd - spentOf(earlier)) / (slot.slots - slot.slot + 1);
  const analysis = unfit.length > 0 ? null : await steps.measure(slot, asked, left);
  if (analysis !== null) return partFacts(slot.slot, analysis, asked, false);
  const targets = asked.map((one) => ({ ...one, measured: null }));
  const nothing = { runId: null, state: "unmeasured", invalid: [], unfit, targets } as const;
  return { slot: slot.slot, startedAt, endedAt: isoOf(steps.nowMs()), ...nothing };
}

/** Closes the nights before this one: those with a dead run, and those whose last slot never came. */
async function closeEarlier(
  rules: NightRules,
  steps: NightSteps,
  now: Slot,
  dead: readonly DeadRun[],
  nights: readonly NightRecord[],
): Promise<readonly NightRecord[]> {
  const known = new Map(nights.map((record) => [record.night, record]));
  const left = dead.filter(({ manifest }) => !isOf(manifest, now.night, now.slot)).slice(0, CLOSED_AT_ONCE_MAX);
  const closed: NightRecord[] = [];
  const open = nights.filter(({ night, closed: isClosed }) => !isClosed && night < now.night);
  const late = new Set([...left.map(({ manifest }) => nightOf(manifest)), ...open.map(({ night }) => night)]);
  for (const night of [...late].sort()) {
    const old = known.get(night) ?? null;
    const before = [...known.values()].filter((one) => one.night < night).sort((a, b) => (a.night < b.night ? -1 : 1));
    let parts = old?.parts ?? [];
    for (const run of left.filter(({ manifest }) => nightOf(manifest) === night)) {
      const slot = run.manifest.study?.kind === "nightly" ? run.manifest.study.slot : 1;
      const facts = partFacts(slot, await steps.close(run), askedBefore(run), true);
      const part = judgedPart(facts, { ...rules, before });
      parts = [...parts.filter((one) => one.slot !== slot), part].sort((a, b) => a.slot - b.slot);
    }
    // Slots of this very night are still to come.
    const isOver = night < now.night;
    const facts = factsOf({ ...rules, slots: old?.slots ?? rules.slots }, night, parts, old?.publishing ?? []);
    const record = nightRecord(facts, { ...rules, before, closed: isOver, isLate: isOver });
    const done = { ...record, hooks: isOver ? await steps.tell(record) : [] };
    await save(rules, done);
    known.set(night, done);
    if (isOver) closed.push(done);
  }
  return closed;
}

function nightOf({ study }: Manifest): string {
  return study?.kind === "nightly" ? study.night : "";
}

function isOf({ study }: Manifest, night: string, slot: number): boolean {
  return study?.kind === "nightly" && study.night === night && study.slot === slot;
}

/** What the check said died with its process; whoever was measured had passed it. */
function askedBefore({ manifest }: DeadRun): readonly AskedTarget[] {
  const check = { verdict: "ok", failure: null, unasked: null, note: "", usd: null } as const;
  return manifest.targets.map(({ id, provider }) => ({ target: id, provider, goneUntil: null, check }));
}

function factsOf(
  { slots, capUsd, simulated }: NightRules,
  night: string,
  parts: readonly NightPart[],
  publishing: readonly string[],
): NightFacts {
  return { night, simulated, slots, capUsd, parts, publishing };
}

async function save({ resultsDir }: NightRules, record: NightRecord): Promise<void> {
  await writeNight(resultsDir, record, { "night.md": nightMarkdown(record) });
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

import { mkdir } from "node:fs/promises";
import type { NightPart, NightRecord, PartState } from "../../core/night.ts";
import { lockRun } from "../../store/lock.ts";
import { nightsFolder, readNights } from "../../store/nights/nights.ts";
import { askedBefore, closeEarlier, factsOf, isOf, save } from "./closing.ts";
import { partFacts, type MeasuredPart } from "./facts.ts";
import { judgedPart, nightRecord, spentOf } from "./night.ts";
import { nextSlot, slotAt, type Slot } from "./slots.ts";
import type { DeadRun, NightRules, NightSteps } from "./steps.ts";

/** Within its slot such a part is tried again, or gone on with. */
const UNFINISHED: ReadonlySet<PartState> = new Set(["unmeasured", "interrupted"]);

/** Nights that are looked at: the longest window, and as many again that were not complete. */
const NIGHTS_READ = 120;

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
    const known = own?.parts.find((part) => part.slot === slot.slot) ?? null;
    if (own !== null && known !== null && !UNFINISHED.has(known.state)) {
      return { slot, record: own, isNew: false, closedLate: [], warnings: read.warnings };
    }
    const started = await steps.ping("deadManStart");
    const dead = await steps.deadRuns();
    const closedLate = await closeEarlier(rules, steps, slot, dead, read.nights);
    const { nights } = await readNights(rules.resultsDir, NIGHTS_READ);
    const before = nights.filter(({ night }) => night < slot.night);
    const parts = nights.find(({ night }) => night === slot.night)?.parts ?? [];
    const earlier = parts.filter((part) => part.slot !== slot.slot);
    const mine = dead.find(({ manifest }) => isOf(manifest, slot.night, slot.slot)) ?? (await stoppedRun(steps, known));
    const measured =
      mine === null ? await measuredPart(rules, steps, slot, earlier) : await finishedPart(steps, slot, mine, known);
    const part = judgedPart(measured, { ...rules, before });
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

/** The run of a part that was stopped from outside, which can be gone on with while its slot lasts. */
async function stoppedRun(steps: NightSteps, known: NightPart | null): Promise<DeadRun | null> {
  return known === null || known.runId === null ? null : steps.runNamed(known.runId);
}

/** A part whose run had begun: gone on with, or as it was left. */
async function finishedPart(
  steps: NightSteps,
  { slot }: Slot,
  run: DeadRun,
  known: NightPart | null,
): Promise<MeasuredPart> {
  const resumed = await steps.resume(run);
  const isDead = run.manifest.end === null && resumed === null;
  return partFacts(slot, resumed ?? (await steps.close(run)), known?.targets ?? askedBefore(run), isDead);
}

async function measuredPart(
  { capUsd }: NightRules,
  steps: NightSteps,
  slot: Slot,
  earlier: readonly NightPart[],
): Promise<MeasuredPart> {
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

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

import type { NightFacts, NightPart, NightRecord } from "../../core/night.ts";
import type { Manifest } from "../../core/run.ts";
import { nightMarkdown } from "../../report/night.ts";
import { writeNight } from "../../store/nights/nights.ts";
import { partFacts, type AskedTarget } from "./facts.ts";
import { judgedPart, nightRecord } from "./night.ts";
import type { Slot } from "./slots.ts";
import type { DeadRun, NightRules, NightSteps } from "./steps.ts";

/** Each of these was left behind by a process that died. */
const CLOSED_AT_ONCE_MAX = 100;

/** Closes the nights before this one: those with a dead run, and those whose last slot never came. */
export async function closeEarlier(
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

export function isOf({ study }: Manifest, night: string, slot: number): boolean {
  return study?.kind === "nightly" && study.night === night && study.slot === slot;
}

/** What the check said died with its process; whoever was measured had passed it. */
export function askedBefore({ manifest }: DeadRun): readonly AskedTarget[] {
  const check = { verdict: "ok", failure: null, unasked: null, note: "", usd: null } as const;
  return manifest.targets.map(({ id, provider }) => ({ target: id, provider, goneUntil: null, check }));
}

export function factsOf(
  { slots, capUsd, simulated }: NightRules,
  night: string,
  parts: readonly NightPart[],
  publishing: readonly string[],
): NightFacts {
  return { night, simulated, slots, capUsd, parts, publishing };
}

export async function save({ resultsDir }: NightRules, record: NightRecord): Promise<void> {
  await writeNight(resultsDir, record, { "night.md": nightMarkdown(record) });
}

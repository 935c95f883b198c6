/** What a verdict to buy on takes at least: each of these parts of a day, on as many days. */
export const DAYS_MIN = 7;
export const SLOTS_A_DAY = 8;
const HOURS_A_SLOT = 24 / SLOTS_A_DAY;

/** One part of one day, UTC. */
export interface Slot {
  /** `2026-11-25`. */
  readonly day: string;
  /** From 0: 00:00 to 03:00. */
  readonly ofDay: number;
}

/** @param at ISO 8601 UTC */
export function slotOf(at: string): Slot {
  const date = new Date(at);
  return { day: date.toISOString().slice(0, 10), ofDay: Math.floor(date.getUTCHours() / HOURS_A_SLOT) };
}

/** What is there, and what a verdict to buy on still lacks; nothing is missing when it can be made. */
export interface Coverage {
  readonly days: number;
  /** Different slots of different days. */
  readonly slots: number;
  /** `03-06 UTC on 5 more days`. */
  readonly missing: readonly string[];
}

/** A night alone tells of that night: hours and days differ by more than requests do. */
export function coverageOf(slots: readonly Slot[]): Coverage {
  const daysBySlot = Array.from({ length: SLOTS_A_DAY }, () => new Set<string>());
  for (const { day, ofDay } of slots) daysBySlot[ofDay]!.add(day);
  const two = (hour: number): string => String(hour).padStart(2, "0");
  return {
    days: new Set(slots.map(({ day }) => day)).size,
    slots: daysBySlot.reduce((sum, days) => sum + days.size, 0),
    missing: daysBySlot.flatMap(({ size }, i) => {
      const lacking = DAYS_MIN - size;
      const hours = `${two(i * HOURS_A_SLOT)}-${two((i + 1) * HOURS_A_SLOT)} UTC`;
      return lacking <= 0 ? [] : [`${hours} on ${lacking} more day${lacking === 1 ? "" : "s"}`];
    }),
  };
}

import { SLOTS_OF_A_DAY } from "../../core/study.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** One part of a night. */
export interface Slot {
  /** UTC day that it begins on, `YYYY-MM-DD`. */
  readonly night: string;
  /** From 1. */
  readonly slot: number;
  readonly slots: number;
  readonly startMs: number;
}

/**
 * The slot that a moment belongs to: the last one that has begun, be it on the day before, since a timer may be late.
 *
 * @param times `HH:MM` UTC, ascending; none: one slot, the whole day
 */
export function slotAt(times: readonly string[], nowMs: number): Slot {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  return [today - DAY_MS, today].flatMap((day) => slotsOf(times, day)).findLast(({ startMs }) => startMs <= nowMs)!;
}

/** The slot after this one within the same night; null after the last. */
export function nextSlot(times: readonly string[], { night, slot }: Slot): Slot | null {
  return slotsOf(times, Date.parse(night))[slot] ?? null;
}

function slotsOf(times: readonly string[], dayMs: number): readonly Slot[] {
  const starts = times.length === 0 ? ["00:00"] : times;
  return starts.map((time, i) => ({
    night: dayOf(dayMs),
    slot: i + 1,
    slots: starts.length,
    startMs: dayMs + minutesOf(time) * 60_000,
  }));
}

/** `YYYY-MM-DD` */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The days after `first` and before `last`. */
export function daysBetween(first: string, last: string): readonly string[] {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => dayOf(Date.parse(first) + (i + 1) * DAY_MS));
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return hours! * 60 + minutes!;
}

/**
 * What of a day was measured, in words: `covers only 02:00-02:20 UTC`. From 8 parts on, as many as there were.
 *
 * @param parts ISO 8601 UTC
 */
export function coverageOf(parts: readonly { readonly startedAt: string; readonly endedAt: string }[]): string {
  if (parts.length === 0) return "covers nothing";
  const spans = parts.map(({ startedAt, endedAt }) => `${clock(startedAt)}-${clock(endedAt)}`);
  if (parts.length >= SLOTS_OF_A_DAY)
    return `covers ${parts.length} parts of the day, ${spans[0]} to ${spans.at(-1)} UTC`;
  return `covers only ${spans.join(", ")} UTC`;
}

function clock(iso: string): string {
  return new Date(iso).toISOString().slice(11, 16);
}

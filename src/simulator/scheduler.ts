import { NS_PER_MS, type Clock } from "./clock.ts";
import { minHeap } from "./heap.ts";

/** Runs callbacks at absolute moments. Never relative: lateness of one does not add to the next. */
export interface Scheduler {
  /** Calls back once when the clock has reached `dueNs`, never inside this call; in order of due time. */
  at(dueNs: number, run: () => void): void;
  /** Forgets everything. Nothing runs afterwards. */
  stop(): void;
}

/** setTimeout overflows at 2^31 ms; a longer wait is made of several. */
const TIMER_MS_MAX = 86_400_000;
/** Callbacks in one turn of the event loop, so that reads are not starved by a burst of writes. */
const TURN_MAX = 64;

interface Entry {
  readonly dueNs: number;
  /** Breaks ties: what was asked for first runs first. */
  readonly order: number;
  readonly run: () => void;
}

/**
 * One heap for all streams and never more than one pending timer or immediate, whatever their number. Callers keep at most
 * one entry per request, which bounds the heap.
 */
export function startScheduler(clock: Clock): Scheduler {
  const heap = minHeap<Entry>((a, b) => a.dueNs < b.dueNs || (a.dueNs === b.dueNs && a.order < b.order));
  let order = 0;
  let timer: NodeJS.Timeout | null = null;
  let immediate: NodeJS.Immediate | null = null;
  let timerDueNs = Infinity;
  let turning = false;
  let stopped = false;

  const disarm = (): void => {
    if (timer !== null) clearTimeout(timer);
    if (immediate !== null) clearImmediate(immediate);
    timer = null;
    immediate = null;
    timerDueNs = Infinity;
  };
  const arm = (): void => {
    const next = heap.peek();
    if (next === undefined || immediate !== null || next.dueNs >= timerDueNs) return;
    disarm();
    const leftNs = next.dueNs - clock.now();
    if (leftNs <= 0) {
      immediate = setImmediate(turn);
      return;
    }
    timerDueNs = next.dueNs;
    // Late by up to a tick of a millisecond, and on record: re-checking until due would take the core that the client needs.
    timer = setTimeout(turn, Math.min(Math.ceil(leftNs / NS_PER_MS), TIMER_MS_MAX));
  };
  const turn = (): void => {
    disarm();
    turning = true;
    for (let count = 0; count < TURN_MAX; count += 1) {
      const next = heap.peek();
      if (next === undefined || next.dueNs > clock.now()) break;
      heap.pop();
      next.run();
    }
    turning = false;
    if (!stopped) arm();
  };
  return {
    at: (dueNs, run) => {
      if (stopped) return;
      order += 1;
      heap.push({ dueNs, order, run });
      if (!turning) arm();
    },
    stop: () => {
      stopped = true;
      disarm();
      while (heap.size() > 0) heap.pop();
    },
  };
}

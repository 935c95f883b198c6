import { quantileOf } from "../../src/measure/quantile.ts";
import type { StampErrors } from "./truth-run.ts";

/** Milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Measured minus true, of all answers of one load. */
export interface ErrorSpreads {
  readonly ttft: Spread;
  readonly event: Spread;
  readonly e2e: Spread;
}

/**
 * How late a client may stamp: twice as late as bare sockets under the same load, and a constant for what it does more than
 * they do, which at the median is the way through an HTTP parser and at p99 a pause of its own.
 */
const CEILING = { p50: { floors: 2, plusMs: 2 }, p99: { floors: 2, plusMs: 8 } } as const;

export function spreadsOf(answers: readonly StampErrors[]): ErrorSpreads {
  return {
    ttft: spreadOf(answers.map(({ ttftMs }) => ttftMs)),
    event: spreadOf(answers.flatMap(({ eventsMs }) => eventsMs)),
    e2e: spreadOf(answers.map(({ e2eMs }) => e2eMs)),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const at = (p: number): number => quantileOf(values, p) ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Every ceiling that is broken, one sentence each. An error that is no number breaks its ceiling. */
export function brokenCeilings(measured: ErrorSpreads, floor: ErrorSpreads): readonly string[] {
  return (["ttft", "event", "e2e"] as const).flatMap((what) =>
    (["p50", "p99"] as const).flatMap((stat) => {
      const { floors, plusMs } = CEILING[stat];
      const ceiling = floors * floor[what][stat] + plusMs;
      const value = measured[what][stat];
      if (value <= ceiling) return [];
      return [
        `${what} ${stat} is ${value.toFixed(2)} ms late, ceiling ${ceiling.toFixed(2)}, bare ${floor[what][stat].toFixed(2)}`,
      ];
    }),
  );
}

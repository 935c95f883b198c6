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

/** What this machine allows at best: bare sockets under the same load just before, and an idle process meanwhile. */
export interface Floor {
  readonly bare: ErrorSpreads;
  /** How late it woke, p99: the tail of a machine changes by the second. */
  readonly idleMsP99: number;
}

/**
 * How late a client may stamp: twice as late as that floor, and a constant for what it does more than bare sockets do, which
 * at the median is the way through an HTTP parser and at p99 a pause of its own.
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
export function brokenCeilings(measured: ErrorSpreads, { bare, idleMsP99 }: Floor): readonly string[] {
  return (["ttft", "event", "e2e"] as const).flatMap((what) =>
    (["p50", "p99"] as const).flatMap((stat) => {
      const floor = stat === "p50" ? bare[what].p50 : Math.max(bare[what].p99, idleMsP99);
      const ceiling = CEILING[stat].floors * floor + CEILING[stat].plusMs;
      const value = measured[what][stat];
      const late = `${what} ${stat} is ${value.toFixed(2)} ms late, ceiling ${ceiling.toFixed(2)}`;
      return value <= ceiling ? [] : [`${late} by a floor of ${floor.toFixed(2)}`];
    }),
  );
}

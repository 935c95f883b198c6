/** One factor of a number, with who says so and of when it is. */
export interface Fact {
  readonly name: string;
  readonly value: string | number | null;
  /** Ends, where the factor has a spread. */
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly source: string;
  readonly date: string;
}

export interface Part {
  readonly heading: string;
  readonly sentences: readonly string[];
  readonly facts: readonly Fact[];
}

/** Everything behind one number of a run. */
export interface Explanation {
  readonly runId: string;
  readonly target: string;
  readonly scenario: string;
  readonly metric: string;
  readonly title: string;
  readonly simulated: boolean;
  /** Why the measurement may not be believed; empty for a valid one. */
  readonly invalid: readonly string[];
  /** What that means for this number; null for a valid measurement. */
  readonly invalidMeaning: string | null;
  readonly parts: readonly Part[];
}

/** What this run itself recorded. */
export const THIS_RUN = { source: "this run's records", date: "this run" } as const;

/** A fact without spread. */
export function fact(
  name: string,
  value: string | number | null,
  unit: string,
  from: { readonly source: string; readonly date: string },
): Fact {
  return { name, value, low: null, high: null, unit, source: from.source, date: from.date };
}

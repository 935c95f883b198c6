import type { Range } from "./range.ts";

/**
 * Where a figure comes from. `measured`: somebody measured it, this tool included. `stated`: its owner says so.
 * `assumed`: our judgement, printed as such. `user`: supplied with the target by whoever runs the tool. `computed`: by this
 * model, from other factors. `unknown`: nobody says, and nothing stands in for it.
 */
export type FactorKind = "measured" | "stated" | "assumed" | "user" | "computed" | "unknown";

/** What makes a figure a fact. */
export interface Provenance {
  /** Who says so, in words that lead there. */
  readonly source: string;
  /** Terms of the data; `not found` where nobody states them. */
  readonly licence: string;
  /** Year or day of the figure. */
  readonly date: string;
  readonly kind: FactorKind;
}

/** A number of the model with its spread and its origin. */
export interface Quantity extends Provenance {
  readonly name: string;
  readonly unit: string;
  readonly range: Range;
}

/** One printed line of an explanation. */
export interface Factor extends Provenance {
  readonly name: string;
  readonly value: number | string;
  /** What goes into the low-energy and high-energy columns; null where the factor has no spread. */
  readonly low: number | null;
  readonly high: number | null;
  /** Empty for names. */
  readonly unit: string;
  /** Id of the hardware scenario it belongs to; null when it holds for all. */
  readonly hardware: string | null;
}

export function factorOf(quantity: Quantity, hardware: string | null): Factor {
  const { range, name, unit, source, licence, date, kind } = quantity;
  const spread = range.low !== range.central || range.high !== range.central;
  return {
    name,
    value: range.central,
    low: spread ? range.low : null,
    high: spread ? range.high : null,
    unit,
    hardware,
    kind,
    source,
    licence,
    date,
  };
}

/** A line for what has a name and no number. */
export function nameFactor(name: string, value: string, hardware: string | null, from: Provenance): Factor {
  return { name, value, low: null, high: null, unit: "", hardware, ...from };
}

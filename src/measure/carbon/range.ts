/**
 * One quantity in its three columns. `low` holds what goes into the low-energy column and `high` what goes into the
 * high-energy one, so for a cause such as batch size or MFU `low` is the larger number. Results always ascend.
 */
export type Range = Columns<number>;

export type Column = "low" | "central" | "high";

/** Anything in three columns. */
export type Columns<T> = { readonly [column in Column]: T };

/** A quantity without spread. */
export function exactly(value: number): Range {
  return { low: value, central: value, high: value };
}

/** Made column by column. */
export function columns<T>(of: (column: Column) => T): Columns<T> {
  return { low: of("low"), central: of("central"), high: of("high") };
}

export function scaled(range: Range, factor: number): Range {
  return columns((column) => range[column] * factor);
}

/** Of a cause whose larger values need less energy, as batch size: the larger end goes into the low-energy column. */
export function reversed({ low, central, high }: Range): Range {
  return { low: high, central, high: low };
}

/** Sums add column by column: low with low, high with high. */
export function sum(...ranges: readonly Range[]): Range {
  return columns((column) => ranges.reduce((total, range) => total + range[column], 0));
}

/**
 * Product of independent factors: the centrals multiply, and the distances to the ends add as root sum of squares in log
 * space. A factor of equal ends adds no width.
 */
export function product(factors: readonly Range[]): Range {
  const central = factors.reduce((total, factor) => total * factor.central, 1);
  const below = Math.hypot(...factors.map((factor) => logRatio(factor.central, factor.low)));
  const above = Math.hypot(...factors.map((factor) => logRatio(factor.high, factor.central)));
  return { low: central * Math.exp(-below), central, high: central * Math.exp(above) };
}

/**
 * One range over alternatives of which one is true: lowest low, geometric mean of the centrals by weight, highest high.
 * At least one alternative; the weights need not add up to 1.
 */
export function envelope(alternatives: readonly { readonly range: Range; readonly weight: number }[]): Range {
  const ranges = alternatives.map(({ range }) => range);
  const total = alternatives.reduce((all, { weight }) => all + weight, 0);
  return {
    low: Math.min(...ranges.map(({ low }) => low)),
    central: Math.exp(
      alternatives.reduce((log, { range, weight }) => log + (weight / total) * Math.log(range.central), 0),
    ),
    high: Math.max(...ranges.map(({ high }) => high)),
  };
}

/** ln(a / b), and 0 for equal values: a factor of 0 has no width. */
function logRatio(a: number, b: number): number {
  return a === b ? 0 : Math.log(a / b);
}

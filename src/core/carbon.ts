/** A name that an operator or user supplies, with who says so and of when it is. */
export interface StatedName {
  readonly value: string;
  readonly source: string;
  /** Year or day. */
  readonly date: string;
}

/** A number that an operator or user supplies; without ends it is taken as exact. `low` ≤ `value` ≤ `high`. */
export interface StatedNumber {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly source: string;
  readonly date: string;
}

/** Measured energy per output token, prompts included, of hardware that the tables do not know. */
export interface StatedJoules extends StatedNumber {
  /** Where the meter sat: at the accelerators, or at the inlet of the node. */
  readonly boundary: "accelerator" | "node";
}

/** What somebody knows better than the tables. Each replaces one factor; the row is then marked provider-supplied. */
export interface CarbonOverrides {
  /** With the cloud's prefix (`aws:us-east-1`), or bare for a provider whose cloud is known. */
  readonly region?: StatedName;
  /** Grid zone by Electricity Maps' name (`SE`, `US-MIDA-PJM`); wins over the region. */
  readonly zone?: StatedName;
  /** A calibrated deployment: `h100x8-fp8`, `b200x4-fp8`, `b200x8-bf16`. */
  readonly hardware?: StatedName;
  readonly precision?: StatedName;
  /** Sequences in flight. */
  readonly batch?: StatedNumber;
  readonly pue?: StatedNumber;
  /** L per kWh of IT energy. */
  readonly wue?: StatedNumber;
  /** L per kWh of electricity. */
  readonly ewif?: StatedNumber;
  /** Location-based average, gCO2e/kWh; its date has to hold the year. */
  readonly gridGPerKwh?: StatedNumber;
  /** Market-based, gCO2e/kWh. */
  readonly marketGPerKwh?: StatedNumber;
  readonly joulesPerOutputToken?: StatedJoules;
}

const NUMBERS = [
  "batch",
  "pue",
  "wue",
  "ewif",
  "gridGPerKwh",
  "marketGPerKwh",
  "joulesPerOutputToken",
] as const satisfies readonly (keyof CarbonOverrides)[];

const LEAST: Readonly<Partial<Record<keyof CarbonOverrides, number>>> = { batch: 1, pue: 1 };

/** Everything that is wrong with the overrides, each with its mend; empty when they can be used. */
export function overrideProblems(overrides: CarbonOverrides): string[] {
  const problems: string[] = [];
  for (const [name, stated] of Object.entries(overrides) as [keyof CarbonOverrides, StatedName | StatedNumber][]) {
    if (stated.source.trim() === "") problems.push(`${name}: say in "source" who states it`);
    if (!/\d{4}|FY\d\d/.test(stated.date)) problems.push(`${name}: give the year or day of the figure in "date"`);
  }
  for (const name of NUMBERS) {
    const stated = overrides[name];
    if (stated !== undefined) problems.push(...rangeProblems(name, stated));
  }
  return problems;
}

function rangeProblems(name: (typeof NUMBERS)[number], stated: StatedNumber): string[] {
  const least = LEAST[name] ?? 0;
  const { value, low = value, high = value } = stated;
  if (![low, value, high].every(Number.isFinite)) return [`${name}: give finite numbers`];
  if (low > value || value > high) return [`${name}: order them as low ≤ value ≤ high`];
  if (low < least) return [`${name}: nothing below ${least} is possible`];
  if (value === 0 && high > 0)
    return [`${name}: a range around 0 has no width in log space; give a value above 0 or no ends`];
  return [];
}

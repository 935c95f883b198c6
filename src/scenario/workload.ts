import { HOURS_PER_MONTH, type Workload } from "../core/workload.ts";

export const WORKLOAD_EXAMPLE = "2M requests/month, 1000 in, 500 out, 30% batch, 20% cached";

/** A workload, or the one thing that is wrong with it, with the mend. */
export type WorkloadResult =
  | { readonly ok: true; readonly workload: Workload }
  | { readonly ok: false; readonly problem: string };

const HOURS: Readonly<Record<string, number>> = {
  month: HOURS_PER_MONTH,
  week: 168,
  day: 24,
  hour: 1,
  minute: 1 / 60,
  second: 1 / 3600,
};

const POWERS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9 };

interface Term {
  /** What a missing one is called. */
  readonly example: string;
  readonly pattern: RegExp;
  readonly member: keyof Workload;
  readonly value: (match: readonly (string | undefined)[]) => number;
  readonly most: number;
}

const NUMBER = String.raw`(\d+(?:\.\d+)?)\s*([kmb])?`;
const amount = ([, digits = "", power = ""]: readonly (string | undefined)[]): number =>
  Number(digits) * (POWERS[power] ?? 1);
const share = ([, digits = ""]: readonly (string | undefined)[]): number => Number(digits) / 100;

const TERMS: readonly Term[] = [
  {
    example: "2M requests/month",
    pattern: new RegExp(`^${NUMBER}\\s*(?:requests?|req)\\s*(?:/|per|an?)\\s*(month|week|day|hour|minute|second)$`),
    member: "requestsPerMonth",
    value: (match) => amount(match) * (HOURS_PER_MONTH / HOURS[match[3] ?? "month"]!),
    most: 1e12,
  },
  {
    example: "1000 in",
    pattern: new RegExp(`^${NUMBER}\\s*(?:tokens?\\s+)?in(?:put)?(?:\\s+tokens?)?$`),
    member: "inputTokens",
    value: amount,
    most: 1e6,
  },
  {
    example: "500 out",
    pattern: new RegExp(`^${NUMBER}\\s*(?:tokens?\\s+)?out(?:put)?(?:\\s+tokens?)?$`),
    member: "outputTokens",
    value: amount,
    most: 1e6,
  },
  { example: "30% batch", pattern: /^(\d+(?:\.\d+)?)\s*%\s*batch$/, member: "batchShare", value: share, most: 1 },
  { example: "20% cached", pattern: /^(\d+(?:\.\d+)?)\s*%\s*cached$/, member: "cachedShare", value: share, most: 1 },
  {
    example: "3 attempts",
    pattern: /^([1-9]\d*)\s*attempts?$/,
    member: "maxAttempts",
    value: ([, digits]) => Number(digits),
    most: 100,
  },
  {
    example: "peak 3x",
    pattern: /^peak\s+(\d+(?:\.\d+)?)\s*x$/,
    member: "peakFactor",
    value: ([, digits]) => Number(digits),
    most: 1000,
  },
];

const NEEDED = TERMS.slice(0, 3);

/** Reads `2M requests/month, 1000 in, 500 out, 30% batch, 20% cached`, in any order, with `3 attempts` and `peak 3x` where wanted. */
export function parseWorkload(source: string): WorkloadResult {
  const found = new Map<keyof Workload, number>();
  const parts = source
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== "");
  for (const part of parts) {
    const term = TERMS.find(({ pattern }) => pattern.test(part));
    if (term === undefined) return refused(`"${part}" is not understood`);
    if (found.has(term.member)) return refused(`"${part}" says again what was said before`);
    const value = term.value(term.pattern.exec(part)!);
    const least = term.member === "peakFactor" ? 1 : 0;
    const isShare = term.most === 1;
    if (!(isShare ? value >= 0 : value > 0) || value < least || value > term.most) {
      return refused(`"${part}" is out of range`);
    }
    found.set(term.member, value);
  }
  const missing = NEEDED.filter(({ member }) => !found.has(member)).map(({ example }) => `"${example}"`);
  if (missing.length > 0) return refused(`it lacks ${missing.join(" and ")}`);
  const optional = { batchShare: 0, cachedShare: 0, maxAttempts: null, peakFactor: 1 };
  return {
    ok: true,
    workload: {
      ...optional,
      ...(Object.fromEntries(found) as Pick<Workload, "requestsPerMonth" | "inputTokens" | "outputTokens">),
    },
  };
}

function refused(what: string): WorkloadResult {
  return { ok: false, problem: `${what}; write it like "${WORKLOAD_EXAMPLE}"` };
}

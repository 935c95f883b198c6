import type { Scenario } from "../core/scenario.ts";
import type { Unit } from "../core/metric.ts";
import { SLOTS_A_DAY } from "../measure/compare/slots.ts";
import type { Decides, Scope, Verdict } from "../measure/compare/verdict.ts";
import { type Section, table } from "./table.ts";
import { interval, NO_VALUE, percent, plain, plural, short, usd } from "./text.ts";

/** How far a verdict reaches, as every report says it. */
const SCOPE_TEXT: Readonly<Record<Scope, string>> = {
  window: "in this window",
  windows: "between two windows: time and target cannot be told apart",
  nights: "over nights",
};

/** One verdict as a sentence: who leads by how much, or that nothing is shown and what would decide it. */
export function verdictText(verdict: Verdict, matching: string): string {
  const { a, b, leader, unit, difference, low, high } = verdict;
  const basis = [
    `${plural(verdict.n, verdict.units.slice(0, -1))}${matching}`,
    // Beside an interval that excludes 0 only p says why nothing is shown.
    leader === null
      ? `p ${probability(verdict.pAdjusted)} after Holm over ${verdict.family}`
      : `Holm over ${verdict.family}`,
    SCOPE_TEXT[verdict.scope],
  ].join(", ");
  if (leader === null) {
    const range = `${figure(difference, unit)} (${ends(low, high, unit)})`;
    return `no difference shown between ${a} and ${b}: ${range}, ${basis}; ${deciding(verdict)}`;
  }
  const [least, most] = [Math.abs(low), Math.abs(high)].toSorted((x, y) => (x === y ? 0 : x - y));
  const by = `${figure(Math.abs(difference), unit)} (${ends(least!, most!, unit)})`;
  return `${leader} leads ${leader === a ? b : a} by ${by}, ${basis}`;
}

/** How the requests of a pair belong together, where it is not by the minute. */
export function matchingText({ load }: Pick<Scenario, "load">): string {
  return load.kind === "closed" ? " matched by prompt" : "";
}

/** What it takes to see a difference as large as the one that was seen. */
function deciding(verdict: Verdict): string {
  const amount = decidingAmount(verdict);
  return verdict.decides === null || verdict.decides.n === null
    ? `${amount} might decide it`
    : `about ${amount} would decide a difference of this size in one window, ${daysOf(verdict.decides)} to buy on it`;
}

/** A night alone is never enough, however many requests it has. */
function daysOf({ nights }: Decides): string {
  return nights === null ? NO_VALUE : `${nights} days x ${SLOTS_A_DAY} slots`;
}

/** `610 pairs over 12 connections of each ($1.50)`. */
function decidingAmount({ decides, units }: Verdict): string {
  if (decides === null) return `more ${units}`;
  const over = decides.connections === null ? "" : ` over ${decides.connections} connections of each`;
  if (decides.n === null) return `more ${units}${over}`;
  const cost = decides.usd === null ? "" : ` (${usd(decides.usd)})`;
  return `${short(Number(decides.n.toPrecision(2)))} ${units}${over}${cost}`;
}

/** A page of them; more are for programs to read. */
const ROWS_MAX = 100;

/** The verdicts of a family as a table, by leaders in sum: all, or of many first those that name a leader. */
export function verdictSection(heading: string, verdicts: readonly Verdict[]): Section {
  // A stable sort: within each half the order stays.
  const leadersFirst = verdicts.toSorted((x, y) => Number(x.leader === null) - Number(y.leader === null));
  const rows = verdicts.length > ROWS_MAX ? leadersFirst.slice(0, ROWS_MAX) : verdicts;
  const more = verdicts.length - rows.length;
  const isOfMany = new Set(verdicts.map(({ scenario }) => scenario)).size > 1;
  return {
    heading,
    text:
      `${leadersText(verdicts)} B − A with its 95 % interval; p after Holm's correction over the whole family. No leader: no difference shown. ` +
      "Failures are infinite in p50 and p95 of a latency and 0 in a speed. A better %: chance that A does better on one unit, a tie counts " +
      "half. What could show nothing, such as 100 % beside 100 %, is not in the family that p is corrected for." +
      (more === 0 ? "" : ` ${plural(more, "more verdict")}: see report.json.`),
    folded: plural(rows.length, "verdict"),
    table: table(
      ["metric", ...(isOfMany ? ["scenario"] : []), "A", "B", "leader"],
      ["B - A", "95 % interval", "p", "A is", "B is", "A better %", "n", "Holm over"],
      ["test"],
      rows.map((verdict) => [
        [
          metricName(verdict),
          ...(isOfMany ? [verdict.scenario] : []),
          verdict.a,
          verdict.b,
          verdict.leader ?? "none shown",
        ],
        [
          shown(verdict.difference, verdict.unit),
          ends(verdict.low, verdict.high, verdict.unit),
          probability(verdict.pAdjusted),
          shown(verdict.valueA, verdict.unit),
          shown(verdict.valueB, verdict.unit),
          percent(verdict.superiority),
          `${verdict.n} ${verdict.units}`,
          String(verdict.family),
        ],
        [verdict.test],
      ]),
    ),
  };
}

/** `Of 24 comparisons the leader is alpha in 12, beta in 3; no difference shown in 9.` */
function leadersText(verdicts: readonly Verdict[]): string {
  const counts = [...Map.groupBy(verdicts, ({ leader }) => leader)].map(([leader, of]) => ({ leader, n: of.length }));
  const open = counts.find(({ leader }) => leader === null)?.n ?? 0;
  const led = counts
    .toSorted((x, y) => y.n - x.n)
    .flatMap(({ leader, n }) => (leader === null ? [] : `${leader} in ${n}`));
  return `Of ${plural(verdicts.length, "comparison")} ${led.length === 0 ? "none has a leader" : `the leader is ${led.join(", ")}`}; no difference shown in ${open}.`;
}

/** Columns of the table that `compare` prints. */
export const VERDICT_TITLES = [
  "scenario",
  "metric",
  "A",
  "B",
  "better",
  "B - A",
  "95 % interval",
  "n",
  "p",
  "would decide",
  "to buy on",
];

export function verdictRow(verdict: Verdict): readonly string[] {
  const { scenario, a, b, leader, unit, difference, low, high, n, pAdjusted, decides } = verdict;
  return [
    scenario,
    metricName(verdict),
    a,
    b,
    leader === null ? "none shown" : leader === a ? "A" : "B",
    shown(difference, unit),
    ends(low, high, unit),
    String(n),
    probability(pAdjusted),
    decides === null ? "" : decidingAmount(verdict),
    decides === null ? "" : daysOf(decides),
  ].map(plain);
}

/** `ttft p95 ms`, `success_share %`. */
function metricName({ metric, stat, unit }: Verdict): string {
  return [metric, stat === "value" ? [] : stat, unit === "share" ? "%" : unit].flat().join(" ");
}

function probability(p: number): string {
  return p < 0.001 ? "<0.001" : short(p);
}

function scaled(value: number, unit: Unit): number {
  return unit === "share" ? value * 100 : value;
}

function shown(value: number | null, unit: Unit): string {
  return value === null ? NO_VALUE : short(scaled(value, unit));
}

/** An interval that no reader could tell from a point comes from units that are all alike, and is no promise about others. */
function ends(low: number, high: number, unit: Unit): string {
  if (short(scaled(low, unit)) === short(scaled(high, unit))) return "no spread seen";
  return interval(scaled(low, unit), scaled(high, unit));
}

/** `286 ms`, `4 points`, `$0.5`. */
function figure(value: number, unit: Unit): string {
  if (unit === "share") return `${short(scaled(value, unit))} points`;
  if (unit === "usd/1k") return `${short(value)} $/1k`;
  return `${short(value)} ${unit}`;
}

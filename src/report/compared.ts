import { SCHEMA_VERSION } from "../core/run.ts";
import type { Cell } from "../measure/comparison.ts";
import { DAYS_MIN, SLOTS_A_DAY, type Coverage } from "../measure/compare/slots.ts";
import type { Scope, Verdict } from "../measure/compare/verdict.ts";
import { cell, csv } from "./csv.ts";
import { jsonText } from "./json-text.ts";
import { decimal, plain, plural } from "./text.ts";
import { verdictRow, VERDICT_TITLES } from "./verdicts.ts";

/** What `compare` found. */
export interface Compared {
  readonly scope: Scope;
  /** Names of the runs, in the order given. */
  readonly runs: readonly string[];
  /** True when any target is simulated. */
  readonly simulated: boolean;
  /** What has to be known beside it, a sentence each. */
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
  /** What a verdict to buy on still lacks; null when there is one, or none was asked for. */
  readonly refused: Coverage | null;
}

const COMPARE_VERSION = 1;

export function comparedJson(compared: Compared): string {
  return jsonText({ reportVersion: COMPARE_VERSION, ...compared }, ["reportVersion"]);
}

/** A table for the terminal: the lines of it and those around it. `align` puts rows under each other. */
export function comparedScreen(
  { scope, runs, simulated, notes, verdicts, refused }: Compared,
  align: (rows: readonly (readonly string[])[]) => readonly string[],
): string {
  const [first, ...others] = runs.map(plain);
  const named = others.length > 3 ? `${first} and ${others.length} more runs` : [first, ...others].join(" and ");
  const head = `compare ${named}${simulated ? "  SIMULATED" : ""}`;
  const family = verdicts[0]?.family ?? 0;
  const meaning = {
    window: "in this window: what holds for these minutes, not for other nights",
    windows: "between two windows: what differs can be the target or the time",
    nights: "over nights: the slot is the unit, whole days are drawn again",
  }[scope];
  const table = verdicts.length === 0 ? [] : ["", ...align([VERDICT_TITLES, ...verdicts.map(verdictRow)])];
  const lines = [
    head,
    meaning,
    ...notes.map(plain),
    ...table,
    "",
    ...(refused === null ? [countsText(verdicts, family)] : refusalText(refused)),
  ];
  return `${lines.join("\n")}\n`;
}

function countsText(verdicts: readonly Verdict[], family: number): string {
  if (verdicts.length === 0) return "nothing to compare: no two targets answered the same scenario often enough";
  const shown = verdicts.filter(({ leader }) => leader !== null).length;
  return `${shown} of ${verdicts.length} show a difference at p < 0.05 after Holm's correction over ${family}`;
}

function refusalText({ days, slots, missing }: Coverage): readonly string[] {
  return [
    `no verdict to buy on: it takes ${DAYS_MIN} days x ${SLOTS_A_DAY} slots, these runs have ${plural(slots, "slot")} on ${plural(days, "day")}`,
    `missing: ${missing.join(", ")}`,
  ];
}

/** Columns of `compare --csv`, in order; only ever appended. */
const COLUMNS: readonly (readonly [name: string, cell: (verdict: Verdict, of: Compared) => Cell])[] = [
  ["schema_version", () => SCHEMA_VERSION],
  ["runs", (_, { runs }) => runs.join(";")],
  ["simulated", (_, { simulated }) => simulated],
  ["scope", ({ scope }) => scope],
  ["scenario", ({ scenario }) => scenario],
  ["metric", ({ metric }) => metric],
  ["stat", ({ stat }) => stat],
  ["unit", ({ unit }) => unit],
  ["better", ({ better }) => better],
  ["a", ({ a }) => a],
  ["b", ({ b }) => b],
  ["leader", ({ leader }) => leader],
  ["value_a", ({ valueA }) => valueA],
  ["value_b", ({ valueB }) => valueB],
  ["difference", ({ difference }) => difference],
  ["low", ({ low }) => low],
  ["high", ({ high }) => high],
  ["superiority", ({ superiority }) => superiority],
  ["units", ({ units }) => units],
  ["n", ({ n }) => n],
  ["clusters_a", ({ clusters }) => clusters?.a ?? null],
  ["clusters_b", ({ clusters }) => clusters?.b ?? null],
  ["test", ({ test }) => test],
  ["p", ({ p }) => p],
  ["p_adjusted", ({ pAdjusted }) => pAdjusted],
  ["family", ({ family }) => family],
  ["decides_n", ({ decides }) => decides?.n ?? null],
  ["decides_connections", ({ decides }) => decides?.connections ?? null],
  ["decides_nights", ({ decides }) => decides?.nights ?? null],
  ["decides_usd", ({ decides }) => decides?.usd ?? null],
];

/** One line per verdict; without any the header alone. Ends with a line feed. */
export function comparedCsv(compared: Compared): string {
  return csv(
    COLUMNS.map(([name]) => name),
    compared.verdicts.map((verdict) => COLUMNS.map(([, of]) => cell(of(verdict, compared), decimal))),
  );
}

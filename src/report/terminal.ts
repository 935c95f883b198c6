import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { columnsOf, cut, padEnd, padStart, spread, wrap } from "./columns.ts";
import {
  clientErrorFact,
  durationFact,
  requestsFact,
  revisedMark,
  simulatedMark,
  sizeFact,
  spentFact,
  validityMark,
  workloadFacts,
} from "./facts.ts";
import { byScenario, headlineCell, headlineOf, type ScenarioGroups } from "./headline.ts";
import { sentences } from "./sentences.ts";
import { levelTables, NARROW, titlesOf } from "./sweep.ts";
import { plain } from "./text.ts";

/** The screen is made for 80 columns; a wider terminal gets the same one. */
const COLUMNS_MAX = 80;
/** Below this the table is cut rather than squeezed. */
const COLUMNS_MIN = 40;
const TARGET_COLUMNS_MIN = 8;
const LABEL_COLUMNS = 9;

export interface View {
  readonly columns: number;
  readonly color: boolean;
  /** How the reader's next command names the run; its id when left out. */
  readonly run?: string;
}

/**
 * What `run` and `report` print: head, one table per scenario, then sentences. No line is longer than `columns` (at
 * most 80, at least 40). Colour only marks words that say the same without it. Ends with a line feed.
 */
export function firstScreen(analysis: Analysis, view: View): string {
  const columns = Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, view.columns));
  const lines = [
    ...head(analysis, columns),
    "",
    ...tables(analysis, columns),
    "",
    ...sentences(analysis, view.run).flatMap(({ label, text }) =>
      wrap(plain(text), columns - LABEL_COLUMNS).map(
        (line, index) => padEnd(index === 0 ? label : "", LABEL_COLUMNS) + line,
      ),
    ),
  ].map((line) => cut(line, columns).trimEnd());
  return `${(view.color ? lines.map(colored) : lines).join("\n")}\n`;
}

function head(analysis: Analysis, columns: number): readonly string[] {
  const { manifest } = analysis;
  const scenarios = byScenario(analysis);
  const only = scenarios.length === 1 ? scenarios[0] : undefined;
  const version = manifest.toolVersion.split(".").slice(0, 2).join(".");
  const subject =
    analysis.sweep !== null
      ? [`${analysis.sweep.found === null ? "sweep" : "search"} of ${analysis.sweep.scenario}`, sizeFact(analysis)]
      : only === undefined
        ? [sizeFact(analysis)]
        : subjectParts(only);
  const parts = [
    `herdbench ${version}`,
    simulatedMark(analysis) ?? [],
    subject,
    validityMark(analysis),
    revisedMark(analysis) ?? [],
  ].flat();
  const where = `from ${manifest.vantage}, ${durationFact(analysis)}`;
  const size = only === undefined ? where : `${sizeFact(analysis)} ${where}`;
  return [
    ...wrapParts(parts.map(plain), columns),
    ...spread(plain(size), plain(spentFact(analysis)), columns),
    ...spread(clientErrorFact(analysis), `seed ${manifest.seed}`, columns),
  ];
}

/** `chat-short 100>300 tok`, `Poisson 2/s`, `cold cache`. */
function subjectParts(of: ScenarioGroups): readonly string[] {
  const [tokens, ...rest] = workloadFacts(of);
  return [`${of.scenario.id} ${tokens}`, ...rest];
}

/** Joins parts by two spaces, going to the next line where one does not fit: a mark is never cut off. */
function wrapParts(parts: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 2 + columnsOf(part) <= columns)
      lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(cut(part, columns));
  }
  return lines;
}

/** Rows with the lines that open them; none where the title line says enough. */
interface Part {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One table per scenario, or per target of a sweep. */
function tables(analysis: Analysis, columns: number): readonly string[] {
  if (analysis.sweep !== null) return levels(analysis, columns);
  const scenarios = byScenario(analysis);
  const partOf = (scenario: ScenarioGroups): Part => ({
    heading: scenarios.length > 1 ? [...subjectParts(scenario), requestsFact(scenario)] : [],
    rows: scenario.groups.map(cells),
  });
  const byHeadline = Map.groupBy(scenarios, ({ scenario }) => headlineOf(scenario));
  return [...byHeadline].flatMap(([headline, alike], index) => [
    ...(index > 0 ? [""] : []),
    ...aligned(["target", ...headline.map((column) => column.title)], alike.map(partOf), columns),
  ]);
}

function levels(analysis: Analysis, columns: number): readonly string[] {
  const [first] = byScenario(analysis);
  const [tokens, , cache] = first === undefined ? [] : workloadFacts(first);
  const parts = levelTables(analysis, NARROW).map(({ target, rows }) => ({
    heading: [target, tokens ?? [], cache ?? []].flat(),
    rows,
  }));
  return aligned(titlesOf(NARROW), parts, columns);
}

/** Columns aligned over all parts; the first one is cut where the others need the room. */
function aligned(titles: readonly string[], parts: readonly Part[], columns: number): readonly string[] {
  const widths = titles.map((title, index) =>
    Math.max(columnsOf(title), ...parts.flatMap(({ rows }) => rows.map((row) => columnsOf(row[index] ?? "")))),
  );
  const numbers = widths.slice(1).reduce((sum, width) => sum + width, 0);
  // Narrow gaps rather than names cut short.
  const gap = widths[0]! + numbers + 2 * (titles.length - 1) <= columns ? 2 : 1;
  const rest = numbers + gap * (titles.length - 1);
  widths[0] = Math.max(TARGET_COLUMNS_MIN, Math.min(widths[0]!, columns - rest));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (index === 0 ? padEnd(cut(cell, widths[0]!), widths[0]!) : padStart(cell, widths[index]!)))
      .join(" ".repeat(gap));
  const bodies = parts.map(({ heading, rows }) => [...wrapParts(heading.map(plain), columns), ...rows.map(line)]);
  const [first, ...others] = bodies;
  return [line(titles), ...(first ?? []), ...others.flatMap((body) => ["", ...body])];
}

function cells(group: GroupAnalysis): readonly string[] {
  const values = headlineOf(group.scenario).map((column) => {
    const cell = headlineCell(group, column);
    return cell.interval === "" ? cell.value : `${cell.value} ${cell.interval}`;
  });
  return [plain(group.target.id), ...values];
}

const COLORS: readonly (readonly [RegExp, number])[] = [
  [/\b(?:PARTLY )?SIMULATED\b/, 33],
  [/\bINVALID\b/, 31],
  [/\bVALID\b/, 32],
];

function colored(line: string): string {
  return COLORS.reduce((text, [mark, code]) => text.replace(mark, `\u001b[${code}m$&\u001b[0m`), line);
}

import type { Rival } from "../measure/rivals/rival.ts";
import { FIGURES, type FigureId } from "../measure/rivals/rival.ts";
import type { SideBySide } from "../measure/rivals/side-by-side.ts";
import { jsonText } from "./json-text.ts";
import { plain, short } from "./text.ts";

const VERSION = 1;

/** Our definition in a few words; the glossary has them whole. */
const OURS: Readonly<Record<FigureId, string>> = {
  ttft: "first text − first byte sent on a connected socket",
  tpot: "(last text − first text) / (n − m), m tokens in the first event; empty when all came in one read",
  itl: "gaps between content events, pooled, called inter-chunk latency",
  e2e: "last text − first byte sent",
  throughput: "tokens within the steady window per second of it; empty under 1 s or 10 answers",
};

const UNITS: Readonly<Record<FigureId, string>> = {
  ttft: "ms",
  tpot: "ms",
  itl: "ms",
  e2e: "ms",
  throughput: "tok/s",
};

export function rivalsJson(runId: string, rivals: readonly Rival[], rows: readonly SideBySide[]): string {
  return jsonText({ reportVersion: VERSION, run: runId, definitions: definitionsOf(rivals), rows }, ["reportVersion"]);
}

/** Figures side by side, then what each tool means by them. */
export function rivalsScreen(
  runId: string,
  rivals: readonly Rival[],
  rows: readonly SideBySide[],
  align: (rows: readonly (readonly string[])[]) => readonly string[],
): string {
  const titles = ["scenario", "target", "figure", "herdbench", ...rivals.map(({ id }) => id)];
  const cells = rows.map(({ scenario, target, figure, stat, ours, theirs }) => [
    plain(scenario),
    plain(target),
    `${figure} ${stat === "value" ? "" : `${stat} `}${UNITS[figure]}`,
    short(ours),
    ...rivals.map(({ id }) => short(theirs[id] ?? null)),
  ]);
  const meanings = definitionsOf(rivals).map(({ figure, tool, says }) => [figure, tool, says]);
  const lines = [
    `definitions: the answers of ${plain(runId)} as other tools would count them; successes alone`,
    "",
    ...align([titles, ...cells]),
    "",
    ...align([["figure", "tool", "means"], ...meanings]),
    "",
    ...rivals.map(({ name, source }) => `${name}: by ${source}`),
  ];
  return `${lines.join("\n")}\n`;
}

interface Meaning {
  readonly figure: string;
  readonly tool: string;
  readonly says: string;
}

function definitionsOf(rivals: readonly Rival[]): readonly Meaning[] {
  return [
    ...FIGURES.flatMap((figure): Meaning[] => [
      { figure, tool: "herdbench", says: OURS[figure] },
      ...rivals.map((rival) => {
        const own = figure === "throughput" ? rival.throughput : rival.figures[figure];
        return { figure, tool: rival.id, says: own?.says ?? "has none" };
      }),
    ]),
    { figure: "quantiles", tool: "herdbench", says: "nearest rank" },
    ...rivals.map(({ id, quantileSays }) => ({ figure: "quantiles", tool: id, says: quantileSays })),
  ];
}

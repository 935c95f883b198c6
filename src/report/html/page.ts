import type { RunRecord } from "../../core/run.ts";
import type { Analysis } from "../../measure/analysis.ts";
import type { SweepAnalysis } from "../../measure/sweep/sweep.ts";
import { groupsOf } from "../../measure/group.ts";
import { vantageFaults } from "../../measure/vantage-fault.ts";
import { answersTo, type BuyersAnswer } from "../answers.ts";
import { reportDocument, type ReportDocument } from "../document.ts";
import { byScenario } from "../headline.ts";
import type { Section } from "../table.ts";
import { answersTable, cardsHtml } from "./answers.ts";
import { picturesOfScene } from "./chart/pictures.ts";
import { picturesHtml } from "./chart/picture.ts";
import { seriesAt, type Scene } from "./chart/series.ts";
import { sweepCurve } from "./chart/sweep-curve.ts";
import { escaped } from "./escaped.ts";
import { openingHtml, wholeTable } from "./opening.ts";
import { closingSections, WINDOW_SCOPE } from "./closing.ts";
import { shell } from "./shell.ts";
import { tableHtml } from "./table.ts";

/** One part of the page, which the list of contents leads to. */
interface Part {
  readonly id: string;
  readonly heading: string;
  readonly html: string;
}

type Body = readonly [heading: string, html: string];

/**
 * `report.html`: one page in one file. Text of any origin is escaped. Ends with a line feed.
 *
 * @param record that the analysis was made from: pictures show single requests
 */
export function reportHtml(analysis: Analysis, record: RunRecord): string {
  const document = reportDocument(analysis);
  const parts = partsOf(analysis, record, document);
  const contents = parts.map(({ id, heading }) => `<li><a href="#${id}">${escaped(heading)}</a></li>`).join("");
  const body = [
    openingHtml(document, analysis),
    `<nav aria-label="Contents"><ul>${contents}</ul></nav>`,
    "<main>",
    ...parts.map(({ id, heading, html }) => `<section id="${id}">\n<h2>${escaped(heading)}</h2>\n${html}\n</section>`),
    "</main>",
  ];
  return shell(document.title, body.join("\n"));
}

function partsOf(analysis: Analysis, record: RunRecord, document: ReportDocument): readonly Part[] {
  const notes = document.sentences.map(({ label, text }) => `<dt>${escaped(label)}</dt><dd>${escaped(text)}</dd>`);
  const noted = `<dl>\n${notes.join("\n")}\n</dl>`;
  const details = [...document.details, ...closingSections(analysis, document)];
  const bodies: readonly Body[] = [
    ...(analysis.sweep === null
      ? scenarioBodies(analysis, record, document, noted)
      : levelBodies(analysis, analysis.sweep, document, noted)),
    ...details.map((section) => [section.heading, sectionBody(section)] as const),
  ];
  return bodies.map(([heading, html], index) => ({ id: `part-${index + 1}`, heading, html }));
}

/** Whoever reads the answer alone has to see it too. */
function doubtHtml({ validity }: Analysis): string {
  return validity.valid ? "" : '<p class="alert bad">INVALID: shown, and not to be decided by.</p>\n';
}

/** How far the answers go; whoever reads the cards alone has to see it too. */
function scopeHtml({ verdicts }: Analysis): string {
  const family = verdicts[0]?.family ?? 0;
  const corrected = `"Holm over ${family}": corrected for all ${family} comparisons of this run that could show anything. `;
  const text = `${WINDOW_SCOPE} ${family === 0 ? "" : corrected}Figures in brackets are 95 % intervals, of carbon a judged range.`;
  return `<p>${escaped(text)}</p>\n`;
}

/** Of one scenario in full; of several by name, and in full where the scenario stands. */
function answersHtml(document: ReportDocument, answers: readonly (readonly BuyersAnswer[])[]): string {
  const [only, ...others] = answers;
  if (only !== undefined && others.length === 0) return cardsHtml(only);
  return sectionBody(answersTable(document.scenarios, answers));
}

function scenarioBodies(
  analysis: Analysis,
  record: RunRecord,
  document: ReportDocument,
  noted: string,
): readonly Body[] {
  const answers = byScenario(analysis).map((scenario) => answersTo(analysis, scenario));
  const scenes = scenesOf(analysis, record);
  return [
    ["The answer", doubtHtml(analysis) + scopeHtml(analysis) + answersHtml(document, answers)],
    ["Every target", sectionBody(wholeTable(document.scenarios))],
    ["What to know beside it", noted],
    ...document.scenarios.map(({ heading, text }, index) => {
      const pictures = picturesHtml(picturesOfScene(scenes[index]!));
      const cards = document.scenarios.length > 1 ? cardsHtml(answers[index]!) : "";
      return [heading, `<p>${escaped(text)}</p>\n${cards}\n${pictures}`] as const;
    }),
  ];
}

/** A sweep asks how much a target can do: what it found is said in sentences, and every level is a line of a table. */
function levelBodies(
  analysis: Analysis,
  sweep: SweepAnalysis,
  { levels, scenarios }: ReportDocument,
  noted: string,
): readonly Body[] {
  const curve = sweepCurve(
    sweep,
    analysis.manifest.targets.map(({ id }) => id),
  );
  return [
    ["The answer", doubtHtml(analysis) + noted],
    ["Throughput against load", picturesHtml([curve])],
    ...levels.map((section) => [section.heading, sectionBody(section)] as const),
    ["Every target at every level", sectionBody(wholeTable(scenarios))],
  ];
}

function scenesOf(analysis: Analysis, record: RunRecord): readonly Scene[] {
  const groups = groupsOf(record, vantageFaults(record));
  const ids = analysis.manifest.targets.map(({ id }) => id);
  return byScenario(analysis).map(({ scenario, groups: ofScenario }) => ({
    scenario,
    entries: ofScenario.flatMap((figures) => {
      const { id } = figures.target;
      const group = groups.find((one) => one.scenario.id === scenario.id && one.target.id === id);
      return group === undefined ? [] : [{ series: seriesAt(ids.indexOf(id), id), figures, group }];
    }),
  }));
}

function sectionBody({ heading, text, table, folded }: Section): string {
  const words = text === "" ? "" : `<p>${escaped(text)}</p>\n`;
  if (table.columns.length === 0) return words;
  const html = tableHtml(heading, table);
  return words + (folded === undefined ? html : `<details><summary>${escaped(folded)}</summary>\n${html}\n</details>`);
}

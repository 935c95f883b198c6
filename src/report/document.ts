import type { Analysis, GroupAnalysis } from "../measure/analysis.ts";
import { METRICS } from "../measure/catalogue.ts";
import { CARBON_FLAGS } from "../measure/carbon/flags.ts";
import { FLAGS } from "../measure/flags.ts";
import { certificateFact } from "./certificate.ts";
import { carbonSections } from "./carbon.ts";
import {
  clientErrorFact,
  durationFact,
  priceFact,
  requestsFact,
  revisedMark,
  revisionFacts,
  simulatorFact,
  simulatedMark,
  sloFact,
  sizeFact,
  spentFact,
  validityMark,
  workloadFacts,
} from "./facts.ts";
import { gatewaySections } from "./gateway.ts";
import {
  answersOf,
  byScenario,
  headlineCell,
  type HeadlineColumn,
  headlineOf,
  rowOf,
  type ScenarioGroups,
} from "./headline.ts";
import { partSections } from "./parts.ts";
import { sentences, type Sentence } from "./sentences.ts";
import { type Row, type Section, table } from "./table.ts";
import { levelTables, loadUnit, titlesOf, WIDE } from "./sweep.ts";
import { NO_VALUE, plain, short, tally } from "./text.ts";
import { verdictSection } from "./verdicts.ts";

/** What a page says, before it becomes Markdown or HTML. All text is plain and not yet escaped. */
export interface ReportDocument {
  readonly title: string;
  /** `SIMULATED`, `VALID`. */
  readonly marks: readonly string[];
  readonly facts: readonly string[];
  readonly sentences: readonly Sentence[];
  /** Levels of a sweep, per target; none for any other run. */
  readonly levels: readonly Section[];
  /** One for each scenario, in run order. */
  readonly scenarios: readonly Section[];
  /** What is behind them. */
  readonly details: readonly Section[];
  /** What the columns of the tables mean. */
  readonly definitions: Section;
  readonly flags: readonly Section[];
}

/** Lays out an analysis as a page: what the first screen says, and the tables behind it. */
export function reportDocument(analysis: Analysis): ReportDocument {
  const { manifest } = analysis;
  return {
    title: `herdbench ${plain(manifest.runId)}`,
    marks: [simulatedMark(analysis) ?? [], validityMark(analysis), revisedMark(analysis) ?? []].flat(),
    facts: [
      `herdbench ${manifest.toolVersion}, definitions ${manifest.definitionsVersion}, seed ${manifest.seed}`,
      `started ${manifest.startedAt} from ${manifest.vantage}, ${durationFact(analysis)}`,
      `${sizeFact(analysis)}, ${spentFact(analysis)}`,
      clientErrorFact(analysis),
      simulatorFact(analysis),
      ...(manifest.certificate === null ? [] : [certificateFact(manifest.certificate)]),
      ...revisionFacts(analysis),
    ].map(plain),
    sentences: sentences(analysis).map(({ label, text }) => ({ label, text: plain(text) })),
    levels: sweepSections(analysis),
    scenarios: byScenario(analysis).map(scenarioSection),
    details: [
      ...partSections(analysis),
      ...gatewaySections(analysis),
      ...(analysis.verdicts.length === 0 ? [] : [verdictSection("Verdicts in this window", analysis.verdicts)]),
      ...carbonSections(analysis),
      requestSection(analysis),
      ...serverSections(analysis),
      targetSection(analysis),
    ],
    definitions: definitionSection(analysis),
    flags: flagSections(analysis),
  };
}

/** One table of levels per target; none when the run is no sweep. */
function sweepSections(analysis: Analysis): readonly Section[] {
  const { sweep } = analysis;
  if (sweep === null) return [];
  const titles = titlesOf(WIDE);
  return levelTables(analysis, WIDE).map(({ target, rows }) => ({
    heading: plain(`${sweep.scenario} on ${target}, level by level`),
    text: `Load in ${loadUnit(sweep)}; rates from one answer at light load after the first arrival to the last arrival.`,
    table: table(
      [],
      titles.slice(0, -1),
      titles.slice(-1),
      rows.map((row) => [[], row.slice(0, -1), row.slice(-1)]),
    ),
  }));
}

function scenarioSection(scenario: ScenarioGroups): Section {
  const columns = headlineOf(scenario.scenario);
  return {
    heading: plain(scenario.scenario.id),
    text: plain(
      [
        scenario.scenario.title,
        ...lengthsFact(workloadFacts(scenario)),
        requestsFact(scenario),
        sloFact(scenario),
      ].join(", "),
    ),
    table: table(
      ["target"],
      [
        "n",
        ...columns.flatMap(({ title, wide = title, shows }) =>
          shows === "value and interval" ? [wide, "95 % interval"] : [wide],
        ),
      ],
      ["flags"],
      scenario.groups.map((group) => [
        [group.target.id],
        [
          String(answersOf(group)),
          ...columns.flatMap((column) => {
            const cell = headlineCell(group, column);
            if (column.shows !== "value and interval") return [cell.value];
            return [cell.value, cell.interval === "" ? NO_VALUE : cell.interval];
          }),
        ],
        [shownFlags(group, columns).join(", ")],
      ]),
    ),
  };
}

/** Without the one that speaks of empty quantiles, where all that are shown have a value. */
function shownFlags(group: GroupAnalysis, columns: readonly HeadlineColumn[]): readonly string[] {
  const isWhole = columns.every(
    (column) => !rowOf(group, column.metric, column.stat)?.flags.includes("insufficient_n"),
  );
  return group.flags.filter((flag) => flag !== "insufficient_n" || !isWhole);
}

/** `100>48 tok (input>output)`, where it has such lengths. */
function lengthsFact([tokens, ...others]: readonly [string, ...string[]]): readonly string[] {
  return [tokens.includes(">") ? `${tokens} (input>output)` : tokens, ...others];
}

function requestSection(analysis: Analysis): Section {
  return {
    heading: "Requests",
    text: "planned + retries = released + dropped + not started; released = completed + failed + cancelled + lost.",
    table: table(
      ["scenario", "target"],
      ["planned", "retries", "released", "dropped", "completed", "lost"],
      ["failed", "cancelled", "not started"],
      analysis.groups.map(({ scenario, target, counts }) => [
        [scenario.id, target.id],
        [counts.planned, counts.retries, counts.released, counts.dropped, counts.completed, counts.lost].map(String),
        [counts.failed, counts.cancelled, counts.notStarted].map((reasons) => tally(reasons) || "0"),
      ]),
    ),
  };
}

/** What engines measured themselves, beside ours; nothing where none tells anything. */
function serverSections({ serverMetrics }: Analysis): readonly Section[] {
  if (serverMetrics.length === 0) return [];
  return [
    {
      heading: "Engines' own metrics",
      text:
        "Means over all that the engine served during the run, other clients' requests too, beside the means over all of our " +
        "answers, warm-ups too. Ours hold the network. What they call latency between tokens counts gaps, TPOT counts tokens.",
      table: table(
        ["target", "metric of the engine"],
        ["its mean ms", "n", "our mean ms", "n"],
        ["ours"],
        serverMetrics.map((metric) => [
          [metric.target, metric.name],
          [
            short(metric.serverMeanMs),
            String(metric.serverCount),
            short(metric.ourMeanMs),
            metric.ours === null ? NO_VALUE : String(metric.ourCount),
          ],
          [metric.ours ?? NO_VALUE],
        ]),
      ),
    },
  ];
}

function targetSection(analysis: Analysis): Section {
  const groupsOf = Map.groupBy(analysis.groups, (group) => group.target.id);
  return {
    heading: "Targets",
    text: "",
    table: table(
      ["target", "provider", "model", "model echoed", "region", "precision", "price", "made by"],
      [],
      [],
      analysis.manifest.targets.map((target) => [
        [
          target.id,
          target.provider,
          target.modelId,
          echoes(groupsOf.get(target.id) ?? []),
          target.region ?? NO_VALUE,
          target.precision ?? NO_VALUE,
          priceFact(target.price),
          target.simulated ? "simulator" : "real endpoint",
        ],
        [],
        [],
      ]),
    ),
  };
}

function echoes(groups: readonly GroupAnalysis[]): string {
  return [...new Set(groups.flatMap((group) => group.modelEchoed ?? []))].join(", ") || NO_VALUE;
}

function definitionSection(analysis: Analysis): Section {
  const columns = byScenario(analysis).flatMap(({ scenario }) => headlineOf(scenario));
  const shown = new Set(columns.map((column) => column.metric));
  return {
    heading: "Definitions",
    text: "p50 and p95 of a latency count every failure as infinite (inf), a speed counts it as 0; an empty cell had too few requests.",
    table: table(
      ["metric", "unit", "definition"],
      [],
      [],
      METRICS.filter((metric) => shown.has(metric.id)).map((metric) => [
        [metric.id, metric.unit, metric.definition],
        [],
        [],
      ]),
    ),
  };
}

/** What the flags of this run mean; nothing where none was raised. */
function flagSections(analysis: Analysis): readonly Section[] {
  const raised = new Set<string>(
    analysis.groups.flatMap(({ flags, carbon }) => [...flags, ...(carbon.kind === "estimate" ? carbon.flags : [])]),
  );
  const rows = Object.entries({ ...FLAGS, ...CARBON_FLAGS }).flatMap(([flag, meaning]): Row[] =>
    raised.has(flag) ? [[[flag, meaning], [], []]] : [],
  );
  if (rows.length === 0) return [];
  return [{ heading: "Flags", text: "", table: table(["flag", "meaning"], [], [], rows) }];
}

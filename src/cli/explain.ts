import { analyse } from "../measure/analyse.ts";
import { explain, EXPLAINABLE } from "../measure/explain/explain.ts";
import { groupsOf } from "../measure/group.ts";
import { vantageFaults } from "../measure/vantage-fault.ts";
import { explanationJson, explanationText } from "../report/explanation.ts";
import { readRun } from "../store/read.ts";
import { resolveRun } from "../store/resolve.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { plannedOf } from "./publish-report.ts";
import { UsageError } from "./usage-error.ts";

export interface ExplainOptions {
  readonly scenario?: string;
  readonly resultDir: string;
  readonly json?: boolean;
}

/** `herdbench explain RUN TARGET METRIC`: every factor of one number, with its source. */
export async function explainCommand(
  run: string,
  target: string,
  metric: string,
  options: ExplainOptions,
): Promise<ExitCode> {
  const record = await readRun(await resolveRun(options.resultDir, run));
  const { targets, scenarios } = record.manifest;
  const ids = scenarios.map(({ scenario }) => scenario.id);
  const scenario = options.scenario ?? ids[0]!;
  const problems = [
    ...(targets.some(({ id }) => id === target)
      ? []
      : [`no target "${target}" in that run; its targets are ${targets.map(({ id }) => id).join(", ")}`]),
    ...(ids.includes(scenario) ? [] : [`--scenario: "${scenario}" is not in that run; ${ids.join(", ")} are`]),
  ];
  if (problems.length > 0) throw new UsageError(...problems);
  const isAsked = (one: { readonly target: { id: string }; readonly scenario: { id: string } }): boolean =>
    one.target.id === target && one.scenario.id === scenario;
  const analysis = analyse(record, plannedOf(record));
  const group = analysis.groups.find(isAsked)!;
  const raw = groupsOf(record, vantageFaults(record)).find(isAsked)!;
  const explanation = explain({ analysis, group, raw }, metric);
  if (explanation === null) {
    throw new UsageError(
      `no number "${metric}"; known ones: ${EXPLAINABLE.join(", ")}; a statistic goes behind a dot: ttft.p95_all`,
    );
  }
  process.stdout.write((options.json === true ? explanationJson : explanationText)(explanation));
  return EXIT.ok;
}

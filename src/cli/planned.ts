import { traceOf, type TraceLoad } from "../core/load.ts";
import type { InputFile, ScenarioSnapshot } from "../core/run.ts";
import type { Plan, Scenario } from "../core/scenario.ts";
import { sha256 } from "../run/response.ts";
import type { PlanInputs } from "../scenario/inputs.ts";
import { planFrom } from "../scenario/plan.ts";
import { parseTrace, type TraceRow } from "../scenario/trace.ts";
import { countedRows } from "./own-prompts.ts";
import { readInput } from "./read-input.ts";
import type { ScenarioText } from "./select-scenarios.ts";
import { UsageError } from "./usage-error.ts";

/** A scenario that is ready to run: its plan, and what the manifest keeps of it. */
export interface Planned {
  readonly plan: Plan;
  readonly snapshot: ScenarioSnapshot;
  readonly inputs: Inputs;
}

/** The contents of the files that a scenario names, and which files they were. */
interface Inputs extends PlanInputs {
  readonly files: readonly InputFile[];
}

/**
 * Reads the files that scenarios name, and plans.
 *
 * @throws UsageError with every problem of a file at once
 */
export async function planAll(scenarios: readonly ScenarioText[]): Promise<readonly Planned[]> {
  return Promise.all(scenarios.map(async (one) => planWith(one, await readInputs(one.scenario))));
}

/** @throws UsageError with every problem of a file at once */
export async function readInputs(scenario: Scenario): Promise<Inputs> {
  const load = traceOf(scenario.load);
  const { dataset: path } = scenario.prompt;
  const trace = load === null ? null : await readRows(load.file, async (text) => traceRows(load, text));
  const dataset = path === null ? null : await readRows(path, (text) => countedRows(path, text, scenario));
  const files = [trace, dataset].flatMap((input) => (input === null ? [] : [input.file]));
  return { trace: trace?.rows ?? null, dataset: dataset?.rows ?? null, files };
}

export function planWith({ scenario, text }: ScenarioText, inputs: Inputs): Planned {
  const plan = planFrom(scenario, inputs);
  const planned = { warmups: plan.warmups.length, arrivals: plan.arrivals.length };
  const snapshot = { scenario, text, sha256: sha256(text), targets: plan.targets, planned, inputs: inputs.files };
  return { plan, snapshot, inputs };
}

/** The plan of a run that goes on: the files of its scenario must be what they were. */
export async function planAgain(snapshot: ScenarioSnapshot): Promise<Plan> {
  const { files, ...inputs } = await readInputs(snapshot.scenario);
  const changed = files.filter((file, i) => file.sha256 !== snapshot.inputs[i]?.sha256);
  if (changed.length > 0) {
    throw new UsageError(
      ...changed.map(({ path }) => `${path}: is not the file that the run was begun with; put that one back`),
    );
  }
  return { ...planFrom(snapshot.scenario, inputs), targets: snapshot.targets };
}

async function readRows<Row>(
  path: string,
  rowsOf: (text: string) => Promise<readonly Row[]>,
): Promise<{ readonly rows: readonly Row[]; readonly file: InputFile }> {
  const { text, sha256: hash } = await readInput(path);
  const rows = await rowsOf(text);
  return { rows, file: { path, sha256: hash, rows: rows.length } };
}

function traceRows({ file, format }: TraceLoad, text: string): readonly TraceRow[] {
  const parsed = parseTrace(text, format);
  if (!parsed.ok) throw new UsageError(...parsed.problems.map((problem) => `${file}: ${problem}`));
  return parsed.rows;
}

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { loadLabel } from "../core/load.ts";
import { asksModel, asWritten, lengthsLabel, type Scenario } from "../core/scenario.ts";
import { loadScenario, scenarioIds } from "../registry.ts";
import { parseScenario } from "../scenario/parse.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { columns } from "./table.ts";
import { UsageError } from "./usage-error.ts";

export interface JsonOption {
  readonly json?: boolean;
}

/** `herdbench scenarios list` */
export async function listScenarios(options: JsonOption): Promise<ExitCode> {
  const files = await Promise.all((await scenarioIds()).map(loadScenario));
  const scenarios = files.map(({ scenario }) => scenario);
  if (options.json === true) print(JSON.stringify(scenarios.map(asWritten), null, 2));
  else {
    const header = ["scenario", "in > out tokens", "load", "requests", "objective"];
    for (const line of columns([header, ...scenarios.map(listCells)])) print(line);
  }
  return EXIT.ok;
}

/** `herdbench scenarios show ID` */
export async function showScenario(id: string, options: JsonOption): Promise<ExitCode> {
  const { scenario, text } = await loadScenario(id);
  if (options.json === true) {
    print(JSON.stringify(asWritten(scenario), null, 2));
    return EXIT.ok;
  }
  print(`${scenario.id}: ${scenario.title}`);
  print(`source: ${scenario.source}`);
  print(listCells(scenario).join("  "));
  const { content, cache } = scenario.prompt;
  const prompt = asksModel(scenario) ? `, content ${content}, cache ${cache}` : "";
  print(`warm-ups ${scenario.warmups}, arrangement ${scenario.arrangement}${prompt}`);
  print(retryLine(scenario));
  print(text.trimEnd());
  return EXIT.ok;
}

/** `herdbench scenarios validate FILE…`: every mistake of every file, then exit code 2. */
export async function validateScenarios(files: readonly string[]): Promise<ExitCode> {
  const problems: string[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => null);
    const parsed =
      text === null ? { ok: false as const, problems: ["no such file"] } : parseScenario(text, basename(file));
    if (parsed.ok) print(`${file}: valid`);
    else problems.push(...parsed.problems.map((problem) => `${file}: ${problem}`));
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return EXIT.ok;
}

function retryLine({ retry }: Scenario): string {
  if (retry === null) return "retries none: a failure stands";
  const { attempts, on, backoffMs, waitMsMax } = retry;
  return `retries up to ${attempts} attempts on ${on.join(", ")}; waits ${backoffMs} ms, doubling, up to ${waitMsMax} ms`;
}

function listCells(scenario: Scenario): string[] {
  const { id, load, stop, slo } = scenario;
  const seconds = stop.durationMs === null ? "all" : `${stop.durationMs / 1000} s`;
  const amount = stop.requests === null ? seconds : String(stop.requests);
  const limits = [
    slo.ttftMs === null ? "" : `TTFT ${slo.ttftMs}`,
    slo.tpotMs === null ? "" : `TPOT ${slo.tpotMs}`,
    slo.e2eMs === null ? "" : `E2E ${slo.e2eMs}`,
  ].filter((limit) => limit !== "");
  return [id, lengthsLabel(scenario), loadLabel(load), amount, `${limits.join(", ")} ms`];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

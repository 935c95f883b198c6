import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  ECOLOGITS_0_11_3,
  ECOLOGITS_0_9_1,
  type EcoLogitsInput,
  ecologits,
} from "../../src/measure/carbon/methods/ecologits.ts";

/*
 * Holds our EcoLogits to the package itself on ten requests and prints both, offline:
 *   python3 -m venv DIR && DIR/bin/pip install ecologits && npm run compare:ecologits -- DIR/bin/python
 */

const TOLERANCE = 1e-9;

const USA = { gwp: 0.38355, water: 3.1321, pe: 9.6884 };
const FRANCE = { gwp: 0.04418, water: 3.6737, pe: 9.3135 };
const BASE = { parametersBillion: 405.85, batch: 64, bits: 16, gpuMemoryGb: 80, pue: 1.2, wue: 0.569, mix: USA };

const REQUESTS: readonly (readonly [what: string, input: EcoLogitsInput])[] = [
  ["100 out", { ...BASE, outputTokens: 100, latencyS: null }],
  ["300 out, 11 s", { ...BASE, outputTokens: 300, latencyS: 11 }],
  ["1000 out, 34.3 s", { ...BASE, outputTokens: 1000, latencyS: 34.3 }],
  ["1500 out, 51 s, 8 bit", { ...BASE, outputTokens: 1500, latencyS: 51, bits: 8 }],
  ["500 out, France", { ...BASE, outputTokens: 500, latencyS: 20, pue: 1.16, wue: 0.09, mix: FRANCE }],
  ["500 out, batch 8", { ...BASE, outputTokens: 500, latencyS: 20, batch: 8 }],
  ["500 out, batch 256", { ...BASE, outputTokens: 500, latencyS: 20, batch: 256 }],
  ["500 out, 180 GB", { ...BASE, outputTokens: 500, latencyS: 20, gpuMemoryGb: 180 }],
  ["1 out, AWS", { ...BASE, outputTokens: 1, latencyS: 0.9, pue: 1.14, wue: 0.13 }],
  ["4000 out, slow", { ...BASE, outputTokens: 4000, latencyS: 3600 }],
];

interface Answer {
  readonly version: string;
  readonly impacts: readonly Figures[];
}

const FIGURES = ["energyKwh", "usageKg", "embodiedKg", "waterL", "totalPeMj"] as const;
/** What is printed of them, times 1000. */
const COLUMNS = ["Wh", "use g", "embodied g", "water mL"] as const;
type Figures = Readonly<Record<(typeof FIGURES)[number], number>>;

function askPackage(python: string): Answer {
  const script = join(import.meta.dirname, "ecologits-impacts.py");
  const input = JSON.stringify(REQUESTS.map(([, request]) => request));
  const { status, stdout, stderr, error } = spawnSync(python, [script], { input, encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(`${python} ${script} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Answer;
}

function compare(python: string): number {
  const { version, impacts } = askPackage(python);
  const known = [ECOLOGITS_0_9_1, ECOLOGITS_0_11_3].find((one) => one.version === version);
  if (known === undefined) throw new Error(`version ${version} is not one of 0.9.1 and 0.11.3`);
  console.log(
    `ecologits ${version} from its package, ours, and the largest relative difference of ${FIGURES.join(", ")}`,
  );
  console.log(row("request", COLUMNS.map((column) => [column, "ours"]).flat(), "differs"));
  let worst = 0;
  for (const [index, [what, request]] of REQUESTS.entries()) {
    const theirs = impacts[index]!;
    const made = ecologits(request, known);
    const ours: Figures = { ...made, embodiedKg: made.embodied.gwp };
    const differs = Math.max(...FIGURES.map((figure) => Math.abs(ours[figure] / theirs[figure] - 1)));
    worst = Math.max(worst, differs);
    const cells = COLUMNS.flatMap((_, column) => [theirs[FIGURES[column]!], ours[FIGURES[column]!]]);
    console.log(
      row(
        what,
        cells.map((value) => (value * 1000).toFixed(5)),
        differs.toExponential(1),
      ),
    );
  }
  console.log(`largest difference ${worst.toExponential(1)}, allowed ${TOLERANCE.toExponential(0)}`);
  return worst <= TOLERANCE ? 0 : 1;
}

function row(first: string, cells: readonly string[], last: string): string {
  return [first.padEnd(22), ...cells.map((cell) => cell.padStart(11)), last.padStart(9)].join("");
}

process.exitCode = compare(process.argv[2] ?? "python3");

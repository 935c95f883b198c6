import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { random } from "../../src/core/random.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";
import { judge } from "./judge.ts";
import { killedRun, TARGETS, type KilledRun } from "./rounds.ts";

/*
 * Kills runs with SIGKILL at random moments, resumes them until they are whole, and asks the server how often it got each
 * request. The server is a process of its own, which outlives them all.
 *
 *   npm run kills -- [--kills N] [--seed N]
 */

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "405" } },
});
const killsWanted = Number(values.kills);
const folder = await mkdtemp(join(tmpdir(), "herdbench-kills-"));
const simulator = await startTruthSimulator({ profiles: TARGETS });
const dice = random(values.seed, "kills");
const runs: KilledRun[] = [];
const killsOf = (run: KilledRun): number => run.kills + run.early;
const sum = (numbers: readonly number[]): number => numbers.reduce((before, number) => before + number, 0);
while (sum(runs.map(killsOf)) < killsWanted) {
  const left = killsWanted - sum(runs.map(killsOf));
  runs.push(await killedRun(simulator, join(folder, String(runs.length)), dice, left));
}
const ledger = await simulator.stop();
await rm(folder, { recursive: true });

console.log(
  "run  kills  resumes  planned  answered  lost   server got it: never  once  more   spent by the run    in truth",
);
const judged = runs.map((run) => judge(run.record, ledger));
for (const [i, run] of runs.entries()) {
  const { arrivals, spentUsd, trueUsd } = judged[i]!;
  const counts = [...arrivals.values()];
  const columns = [
    String(i + 1).padStart(3),
    String(killsOf(run)).padStart(6),
    String(run.resumes).padStart(8),
    String(arrivals.size).padStart(8),
    String(run.record.observations.length).padStart(9),
    String(run.record.lost.length).padStart(5),
    String(counts.filter((count) => count === 0).length).padStart(22),
    String(counts.filter((count) => count === 1).length).padStart(5),
    String(counts.filter((count) => count > 1).length).padStart(5),
    `$${spentUsd.low.toFixed(5)}-${spentUsd.high.toFixed(5)}`.padStart(19),
    `$${trueUsd.toFixed(5)}`.padStart(10),
  ];
  console.log(columns.join(" "));
}
const most = Math.max(...judged.flatMap(({ arrivals }) => [...arrivals.values()]));
const problems = [...runs.flatMap((run) => run.problems), ...judged.flatMap((one) => one.problems)];
for (const problem of problems) console.log(`PROBLEM  ${problem}`);
console.log(
  `${sum(runs.map(killsOf))} kills (${sum(runs.map(({ early }) => early))} before anything was planned), ` +
    `${sum(runs.map(({ resumes }) => resumes))} resumes; the server got each of ` +
    `${sum(judged.map(({ arrivals }) => arrivals.size))} planned requests at most ${most} time${most === 1 ? "" : "s"}`,
);
process.exitCode = most <= 1 && problems.length === 0 ? 0 : 1;

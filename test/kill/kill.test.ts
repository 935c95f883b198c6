import { join } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";
import { judge } from "./judge.ts";
import { killedRun, TARGETS } from "./rounds.ts";

test("kill -9 at random moments, then resume: no request reaches the server twice, and the run becomes whole", async () => {
  const simulator = await startTruthSimulator({ profiles: TARGETS });
  const run = await killedRun(simulator, join(temporaryFolder(), "run"), random(3, "kill test"), 3);
  const { arrivals, problems } = judge(run.record, await simulator.stop());
  expect([...run.problems, ...problems]).toEqual([]);
  expect(run.kills + run.early).toBeGreaterThan(0);
  expect(Math.max(...arrivals.values())).toBe(1);
}, 180_000);

import { afterAll, beforeAll, expect, it } from "vitest";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { MACHINE_FAULTS } from "./machine-faults.ts";
import { rowsOf } from "./matrix.ts";

/* Faults of the machine that measures: each gets a run of the program to itself. */

const ROWS = rowsOf("machine");

let simulator: Simulator;
beforeAll(async () => {
  const ttft = { baseMs: 80, perInputTokenMs: 0, sigma: 0 };
  const profile = { ...PROFILES["sim-fast"], ttft, interEvent: { meanMs: 2, sigma: 0 } };
  simulator = await startSimulator({ seed: 1, profiles: { good: profile } });
});
afterAll(() => simulator.close());

it("has a row for each fault", () => {
  expect(Object.keys(MACHINE_FAULTS)).toEqual(ROWS.map(({ fault }) => fault));
});

it.for(ROWS)("$fault", { timeout: 300_000 }, async (row, { task }) => {
  const seen = await MACHINE_FAULTS[row.fault]!({ cwd: temporaryFolder(), baseUrl: `${simulator.url}/good/v1` });
  task.meta.fault = { ...row, ...seen };
  expect(row.outcomes).toContain(seen.outcome);
  expect(seen.seconds).toBeLessThan(row.secondsMax);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Load } from "../../src/core/load.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { countedTime } from "../support/counted-time.ts";
import { runPlan, scenarioOf, simulatedTarget } from "../support/run-plan.ts";

let simulator: Simulator;
beforeAll(async () => {
  const ttft = { baseMs: 5, perInputTokenMs: 0, sigma: 0 };
  simulator = await startSimulator({ seed: 1, profiles: { good: { ...PROFILES["sim-fast"], ttft } } });
});
afterAll(() => simulator.close());

const LOADS: readonly Load[] = [
  { kind: "closed", maxConcurrency: 4, rampUpMs: 0, thinkTime: null },
  { kind: "open", arrival: "constant", ratePerSecond: 200, maxInFlight: 100 },
  // So few may be in flight that most arrivals are dropped, which is on record too.
  { kind: "open", arrival: "constant", ratePerSecond: 500, maxInFlight: 1 },
];

describe("a run that cannot be recorded", () => {
  it.each(LOADS)("ends with the reason, and leaves no timer behind: $kind $maxInFlight", async (load) => {
    const time = countedTime();
    let writes = 0;
    const full = (): void => {
      writes += 1;
      if (writes > 10) throw new Error("the disk is full");
    };
    const running = runPlan({
      targets: [simulatedTarget(simulator.url, "good")],
      scenarios: [scenarioOf({ load, stop: { requests: 60, durationMs: null } })],
      time,
      sink: { intent: full, called: full, skipped: full },
    });
    await expect(running).rejects.toThrow("the disk is full");
    expect(time.armed()).toBe(0);
  });
});

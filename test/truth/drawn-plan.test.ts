import { describe, expect, it } from "vitest";
import type { Scenario } from "../../src/core/scenario.ts";
import { msFromUs } from "../../src/core/units.ts";
import type { Validity } from "../../src/measure/analysis.ts";
import { countsOf } from "../../src/measure/counts.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { validityOf } from "../../src/measure/validity.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { times } from "../support/measured.ts";
import { answer, OPEN, recordOf } from "../support/observations.ts";

const REQUESTS = 120;
const PER_SECOND = 2;
const SEEDS = 1000;

const poisson = (seed: number): Scenario => ({
  ...OPEN,
  load: { kind: "open", arrival: "poisson", ratePerSecond: PER_SECOND, maxInFlight: 1000 },
  stop: { requests: REQUESTS, durationMs: null },
  seed,
});

/** A run that lets every request go as long after its due time as `lateMs` says. */
function validityOfRun(scenario: Scenario, lateMs: (pair: number) => number): Validity {
  const recorded = planOf(scenario).arrivals.map(({ pair, dueUs }) => {
    const due = msFromUs(dueUs!);
    const made = answer({ pair, scenario, atMs: due + lateMs(pair), ttftMs: 200, gapsMs: [10], tokens: 4 });
    const stamps = { ...made.observation.stamps, scheduled: dueUs! };
    return { ...made, observation: { ...made.observation, stamps } };
  });
  const record = recordOf(recorded, { scenarios: [scenario] });
  const groups = groupsOf(record, []).map((group) => ({
    group,
    counts: countsOf(group, { arrivals: REQUESTS, closed: true }),
  }));
  return validityOf(record.manifest, [], groups);
}

/** Of a drawn plan: arrivals a second from its first to its last, over the rate that it was drawn for. */
function rateShare(scenario: Scenario): number {
  const { arrivals } = planOf(scenario);
  const spanMs = msFromUs(arrivals.at(-1)!.dueUs! - arrivals[0]!.dueUs!);
  return ((REQUESTS - 1) * 1000) / spanMs / PER_SECOND;
}

describe(`a Poisson run of ${REQUESTS} requests`, () => {
  const scenarios = times(SEEDS, (seed) => poisson(seed));

  it("let go exactly on its plan is valid with any of 1,000 seeds", () => {
    const invalid = scenarios.filter((scenario) => !validityOfRun(scenario, () => 0).valid);
    expect(invalid.map(({ seed }) => seed)).toEqual([]);
  });

  it("would be invalid with most of them, were its nominal rate the measure", () => {
    const off = scenarios.filter((scenario) => Math.abs(rateShare(scenario) - 1) > 0.01);
    expect(off.length).toBeGreaterThan(0.8 * SEEDS);
  });

  it("whose releases drift off the plan by 2 % is invalid with any of them", () => {
    // Late in proportion to the due time: what a client does that cannot keep up.
    const valid = scenarios.filter((scenario) => {
      const { arrivals } = planOf(scenario);
      return validityOfRun(scenario, (pair) => 0.02 * msFromUs(arrivals[pair]!.dueUs!)).valid;
    });
    expect(valid.map(({ seed }) => seed)).toEqual([]);
  });
});

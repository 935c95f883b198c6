import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Analysis } from "../../src/measure/analysis.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { startTruthSimulator, type TruthSimulator } from "../support/truth-simulator.ts";

const PLACES = 16;
const TTFT_MS = 200;
const TOKENS = 20;
const GAP_MS = 10;
/** Each answer holds a place for its whole length, which is always the same. */
const ANSWER_S = (TTFT_MS + (TOKENS - 1) * GAP_MS) / 1000;
const CAPACITY_PER_SECOND = PLACES / ANSWER_S;
/** Half of it. */
const LIGHT_PER_SECOND = 20;
/**
 * Where nine of ten answers wait at most 100 ms for a place, by 200,000 arrivals of a queue drawn apart from all code here
 * (Poisson arrivals, 16 places, 0.39 s each: 94.4 % at 32/s, 92.0 % at 33/s, 89.1 % at 33.9/s).
 */
const OBJECTIVE_PER_SECOND = 33.6;
const PROFILE = {
  ...INSTANT,
  ttft: { baseMs: TTFT_MS, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: GAP_MS, sigma: 0 },
  capacity: PLACES,
};

/** What is read of a run's JSON. */
interface Report extends Pick<Analysis, "sweep" | "validity"> {
  readonly groups: readonly {
    readonly metrics: readonly {
      readonly metric: string;
      readonly slice?: string;
      readonly stats: { readonly value?: { readonly value: number; readonly n: number } };
    }[];
  }[];
}

const cwd = mkdtempSync(join(tmpdir(), "herdbench-sweep-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** As a user calls it; what it saw, and whether it stands by that. */
async function report(simulator: TruthSimulator, command: string, ...flags: readonly string[]): Promise<Report> {
  const target = ["--base-url", `${simulator.origin}/queued/v1`, "--model", "queued"];
  const shape = ["--input-len", "20", "--output-len", String(TOKENS), "--goodput", "ttft:300", "--json"];
  const args = [command, ...target, ...shape, ...flags];
  const { code, stdout, stderr } = await herdbench(args, { cwd });
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: orInvalid(0), stderr: expect.any(String) });
  return JSON.parse(stdout) as Report;
}

/** What a busy machine costs: a run that says of itself that it is INVALID may be off by so much more. */
const room = ({ validity }: Report, valid: number, invalid: number): number => (validity.valid ? valid : invalid);

let swept: Report;
let searched: Report;
let confirmed: Report;
beforeAll(async () => {
  // Two servers side by side, to save half a minute.
  const simulators = await Promise.all([1, 2].map(() => startTruthSimulator({ profiles: { queued: PROFILE } })));
  const [one, two] = simulators as [TruthSimulator, TruthSimulator];
  const searching = async (): Promise<void> => {
    const loads = ["--request-rate", `${LIGHT_PER_SECOND}..80`, "--num-prompts", "128", "--precision", "10%"];
    searched = await report(two, "sweep", "--search", "slo", ...loads);
    const found = searched.sweep!.found![0]!.highestPassed ?? LIGHT_PER_SECOND;
    // At the rate itself the queue's ups and downs outlast any test: 400 arrivals meet the objective in two of three draws.
    confirmed = await report(two, "run", "--request-rate", String(found * 0.75), "--num-prompts", "400");
  };
  const sweeping = async (): Promise<void> => {
    swept = await report(one, "sweep", "--request-rate", "10,20,60,90", "--duration", "6");
  };
  const outcomes = await Promise.allSettled([searching(), sweeping()]);
  await Promise.all(simulators.map((simulator) => simulator.stop()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
});

describe(`a server of ${PLACES} places, each taken for ${ANSWER_S} s`, () => {
  it("has the knee that was planted, within 10 %, and levels above it that say how they are too much", () => {
    const [target] = swept.sweep!.targets;
    const { load, loadLow, loadHigh } = target!.knee!;
    expect(Math.abs(load / CAPACITY_PER_SECOND - 1)).toBeLessThan(room(swept, 0.1, 0.3));
    expect(loadLow).toBeLessThanOrEqual(load);
    expect(loadHigh).toBeGreaterThanOrEqual(load);
    const saturated = target!.levels.map(({ saturation }) => saturation.length > 0);
    expect(saturated.slice(2)).toEqual([true, true]);
    if (swept.validity.valid) expect(saturated.slice(0, 2)).toEqual([false, false]);
  });

  it("meets its objective up to a rate below that, which is close to one at which it does not", () => {
    const { highestPassed, lowestFailed } = searched.sweep!.found![0]!;
    // A client that is late makes answers late, and so may find no rate at all: then it is INVALID.
    const passed = highestPassed ?? 0;
    expect(passed).toBeLessThan(OBJECTIVE_PER_SECOND * (1 + room(searched, 0.25, 0.5)));
    expect(passed).toBeGreaterThan(OBJECTIVE_PER_SECOND * (1 - room(searched, 0.25, 1.01)));
    expect(lowestFailed).toBeGreaterThan(passed);
  });

  it("meets it for much longer at three quarters of that rate", () => {
    const goodput = confirmed.groups[0]!.metrics.find((of) => of.metric === "goodput_share" && !of.slice);
    const { value, n } = goodput!.stats.value!;
    expect(n).toBe(400);
    expect(value).toBeGreaterThanOrEqual(0.9 - room(confirmed, 0, 0.8));
  });
});

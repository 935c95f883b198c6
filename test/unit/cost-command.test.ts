import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../support/csv-parser.ts";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

interface Told {
  readonly quotes: readonly {
    readonly target: { readonly id: string };
    readonly usdPerMonth: { readonly low: number; readonly value: number; readonly high: number } | null;
    readonly usdPerMtok: { readonly value: number } | null;
    readonly usdPer1kGood: { readonly low: number; readonly value: number; readonly high: number } | null;
    readonly deployments: number | null;
  }[];
  readonly breakEvens: readonly Readonly<Record<string, string | number | boolean>>[];
  readonly utilisations: readonly {
    readonly target: string;
    readonly utilisation: number;
    readonly usdPerMtokOutput: number;
  }[];
  readonly assumed: readonly string[];
}

const tokens = (input: number, output: number, more: object = {}) => ({
  inputUsdPerMtok: input,
  outputUsdPerMtok: output,
  asOf: new Date().toISOString().slice(0, 10),
  source: "made up",
  ...more,
});
const hour = (usd: number, more: object = {}) => ({
  usdPerReplicaHour: usd,
  replicas: 8,
  asOf: new Date().toISOString().slice(0, 10),
  ...more,
});

/** A folder with these prices in its config. */
function folder(prices: Readonly<Record<string, object>>, more: object = {}): string {
  const cwd = temporaryFolder();
  const targets = Object.entries(prices).map(([id, price]) => ({
    id,
    provider: "openai-compatible",
    model: "llama-3.1-405b-instruct",
    price,
  }));
  writeFileSync(join(cwd, "herdbench.json"), JSON.stringify({ targets, ...more }));
  return cwd;
}

async function told(cwd: string, args: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await herdbench(["cost", "--json", ...args], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Told;
}

const month = ({ quotes }: Told, id: string): number =>
  quotes.find(({ target }) => target.id === id)!.usdPerMonth!.value;
const perMtok = ({ quotes }: Told, id: string): number =>
  quotes.find(({ target }) => target.id === id)!.usdPerMtok!.value;

describe("worked examples", () => {
  test("a month, its batches, its minimum, its cached prompts and its blend", async () => {
    const half = (usd: number) => ({ batch: { inputUsdPerMtok: usd / 2, outputUsdPerMtok: usd / 2 } });
    const cwd = folder({
      vertex: tokens(5, 16, { batch: { inputUsdPerMtok: 2.5, outputUsdPerMtok: 8 } }),
      azure: tokens(5.33, 16),
      least: tokens(4, 4, { ...half(4), minimumUsdPerMonth: 20_000 }),
      fireworks: tokens(3, 3, { cachedInputUsdPerMtok: 1.5 }),
    });
    const plain = await told(cwd, ["--workload", "2M requests/month, 1000 in, 500 out"]);
    expect(month(plain, "vertex")).toBeCloseTo(26_000, 6);
    const batched = await told(cwd, ["--workload", "2M requests/month, 1000 in, 500 out, 30% batch"]);
    expect(month(batched, "vertex")).toBeCloseTo(22_100, 6);
    // 12,000 by the list and 10,200 with batches, which the minimum raises.
    expect(month(batched, "least")).toBe(20_000);
    expect(perMtok(batched, "least")).toBeCloseTo(6.666666667, 8);
    expect(batched.assumed.join("\n")).toMatch(/no batch price is known of fireworks, azure.*\n.*/);
    const cached = await told(cwd, ["--workload", "1000 requests/month, 10k in, 500 out, 80% cached"]);
    expect(month(cached, "fireworks") / 1000).toBeCloseTo(0.0195, 9);
    const long = await told(cwd, ["--workload", "1000 requests/month, 10k in, 500 out"]);
    expect(perMtok(long, "azure")).toBeCloseTo(5.838095238, 8);
  });

  test("an hour at four utilisations, and against prices per token", async () => {
    const cwd = folder({ three: tokens(3, 3), cheap: tokens(0.8, 0.8), dear: hour(7), fair: hour(3.99) });
    const load = ["--workload", "1M requests/month, 1000 in, 1000 out"];
    const { breakEvens, utilisations } = await told(cwd, [...load, "--capacity", "dear=2919", "fair=2919"]);
    const at = (utilisation: number): number =>
      utilisations.find((one) => one.target === "dear" && one.utilisation === utilisation)!.usdPerMtokOutput;
    expect(at(1)).toBeCloseTo(5.329070077, 8);
    expect(at(0.25)).toBeCloseTo(21.316280309, 8);
    const even = (hourly: string, perToken: string) =>
      breakEvens.find((one) => one["hourly"] === hourly && one["perToken"] === perToken)!;
    expect(even("dear", "three")["mtokPerMonth"]).toBeCloseTo(13_626.666667, 5);
    expect(even("dear", "three")["utilisation"]).toBeCloseTo(0.8881783462, 9);
    expect(even("fair", "three")["mtokPerMonth"]).toBeCloseTo(7767.2, 6);
    expect(even("fair", "three")["utilisation"]).toBeCloseTo(0.5062616573, 9);
    expect(even("fair", "cheap")).toMatchObject({ feasible: false });
    const screen = (await herdbench(["cost", ...load, "--capacity", "fair=2919"], { cwd })).stdout;
    expect(screen).toMatch(/^fair +cheap +0\.8 +never +189\.8 %$/m);
    expect(screen).toMatch(/^fair +three +3 +7,767 +50\.6 %$/m);
    // Of the other nobody knows how much it can serve.
    expect(screen).toMatch(/^dear +three +3 +13,627 +unknown$/m);
  });

  test("units that are bought whole, for the busiest hour", async () => {
    const cwd = folder({ units: hour(5) });
    const load = "36792000 requests/month, 1000 in, 500 out, peak 2.857142857142857x";
    const found = await told(cwd, ["--workload", load, "--capacity", `units=${500_000 / 60}`]);
    expect(found.quotes[0]!.deployments).toBe(3);
    // $40 an hour each; per output tokens, as the example counts.
    expect(month(found, "units") / (36.792 * 500)).toBeCloseTo(4.761904762, 8);
  });
});

test("an hour without a known throughput has a bill, and no price per token", async () => {
  const cwd = folder({ dedicated: hour(7) });
  const args = ["cost", "--csv", "--workload", "2M requests/month, 1000 in, 500 out"];
  const [head, row] = parseCsv((await herdbench(args, { cwd })).stdout);
  const cells = Object.fromEntries(head!.map((column, i) => [column, row![i]!]));
  expect(cells).toMatchObject({ rank: "1", usd_per_month: "40880", usd_per_m_tokens: "", flags: "needs_sweep" });
});

test("the workload of the config is used, and a flag goes before it", async () => {
  const workload = { requestsPerMonth: 1e6, inputTokens: 1000, outputTokens: 1000 };
  const cwd = folder({ a: tokens(1, 1) }, { workload });
  expect(month(await told(cwd, []), "a")).toBeCloseTo(2000, 9);
  expect(month(await told(cwd, ["--workload", "1k requests/month, 1000 in, 1000 out"]), "a")).toBeCloseTo(2, 9);
});

test("prices of another file are put in place", async () => {
  const cwd = folder({ a: tokens(1, 1) });
  writeFileSync(join(cwd, "prices.json"), JSON.stringify({ a: tokens(3, 3) }));
  const load = ["--workload", "1M requests/month, 1000 in, 1000 out"];
  expect(month(await told(cwd, [...load, "--prices", "prices.json"]), "a")).toBeCloseTo(6000, 9);
});

describe("mistakes", () => {
  test.each([
    [["--workload", "lots"], /^herdbench: --workload: "lots" is not understood; write it like "2M requests\/month, /],
    [[], /^herdbench: --workload: is missing; write it like .*, or put it into herdbench\.json$/m],
    [["--workload", "1 requests/month, 1 in, 1 out", "--capacity", "a=5"], /--capacity: a is no target that is priced/],
    [["--workload", "1 requests/month, 1 in, 1 out", "--scenario", "x"], /--scenario: needs --run/],
    [["--workload", "1 requests/month, 1 in, 1 out", "--target", "b"], /no target "b"; known ones: a, sim-fast/],
    [
      ["--workload", "1 requests/month, 1 in, 1 out", "--run", "x", "--model", "y"],
      /--run: its targets are those of the run/,
    ],
  ])("%j ends with 2 and one line", async (args, line) => {
    const { code, stdout, stderr } = await herdbench(["cost", ...args], { cwd: folder({ a: tokens(1, 1) }) });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("by a run", () => {
  const cwd = (): string => {
    const own = temporaryFolder();
    cpSync(GOLDEN_RUN, join(own, "run"), { recursive: true });
    return own;
  };
  const load = ["--run", "run", "--workload", "2M requests/month, 100 in, 50 out"];

  test("failures, the template and good answers enter, as far as the run can tell", async () => {
    const found = await told(cwd(), load);
    const flaky = found.quotes.find(({ target }) => target.id === "sim-flaky")!;
    // 10 tokens of template on each prompt; 9 of 80 failed, of unknown bill.
    const ok = (2e6 * (110 + 50) * 2) / 1e6;
    expect(flaky.usdPerMonth!.value).toBeCloseTo(ok, 6);
    expect(flaky.usdPerMonth!.high).toBeGreaterThan(ok * 1.1);
    expect(flaky.usdPer1kGood!.value).toBeCloseTo((ok / 2e6 / (71 / 80)) * 1000, 9);
    expect(flaky.usdPer1kGood!.low).toBeLessThan(flaky.usdPer1kGood!.value);
    expect(found.assumed.join("\n")).toMatch(/scenario golden-chat, the nearest in size/);
    expect(found.assumed.join("\n")).toMatch(/sim-flaky: .*SIMULATED; 11\.3 % of 80 attempts fail/);
  });

  test("the screen says that it is simulated, and fits 80 columns", async () => {
    const { stdout } = await herdbench(["cost", ...load, "--scenario", "golden-batch"], { cwd: cwd() });
    expect(stdout).toMatch(/^monthly cost {2}SIMULATED$/m);
    expect(stdout).toMatch(/^by run 20261123T184938Z-golden, scenario golden-batch$/m);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("a scenario that the run has not got is a mistake", async () => {
    const { code, stderr } = await herdbench(["cost", ...load, "--scenario", "x"], { cwd: cwd() });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'herdbench: --scenario: "x" is not in that run; golden-chat, golden-batch are\n',
    });
  });
});

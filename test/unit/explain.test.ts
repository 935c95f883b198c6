import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Target } from "../../src/core/target.ts";
import type { CarbonEstimate } from "../../src/measure/carbon/estimate.ts";
import { COMPARISON_COLUMNS } from "../../src/measure/comparison.ts";
import { METRICS } from "../../src/measure/catalogue.ts";
import { explain, type Explained } from "../../src/measure/explain/explain.ts";
import type { Explanation, Fact } from "../../src/measure/explain/explanation.ts";
import { groupsOf } from "../../src/measure/group.ts";
import { explanationText } from "../../src/report/explanation.ts";
import { onHardware } from "../support/carbon.ts";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { herdbench } from "../support/herdbench.ts";
import { analysisOf, times } from "../support/measured.ts";
import { answer, failed, OPEN, recordOf, TARGET } from "../support/observations.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** 38 answers, TTFT 100 … 137 ms, and 2 failures. */
function explained(change: Partial<Target> = {}): Explained {
  const target = { ...TARGET, ...change };
  const record = recordOf(
    [
      ...times(38, (pair) =>
        answer({ pair, target, atMs: pair * 100, ttftMs: 100 + pair, gapsMs: [960, 960, 960], tokens: 96 }),
      ),
      ...times(2, (i) => failed({ pair: 38 + i, target, atMs: 3800 + i * 100, kind: "truncated" })),
    ],
    { targets: [target], scenarios: [OPEN] },
  );
  const analysis = analysisOf(record);
  return { analysis, group: analysis.groups[0]!, raw: groupsOf(record, [])[0]! };
}

const of = (asked: string, change: Partial<Target> = {}): Explanation => {
  const found = explain(explained(change), asked);
  if (found === null) throw new Error(`${asked} is not explained`);
  return found;
};
const facts = ({ parts }: Explanation): readonly Fact[] => parts.flatMap((part) => part.facts);
const factNamed = (explanation: Explanation, name: string): Fact | undefined =>
  facts(explanation).find((one) => one.name.startsWith(name));
const said = ({ parts }: Explanation): string => parts.flatMap((part) => part.sentences).join("\n");

test("any number is explained: each metric, each column of comparison.csv, cost and carbon", () => {
  const one = explained();
  for (const asked of [...METRICS.map(({ id }) => id), ...COMPARISON_COLUMNS, "cost", "carbon"]) {
    const found = explain(one, asked);
    expect(found, asked).not.toBeNull();
    expect(found!.parts.length, asked).toBeGreaterThan(0);
    // Each factor says where it comes from and of when it is.
    for (const { name, source, date } of facts(found!)) {
      expect([asked, name, source.length > 0, date.length > 0]).toEqual([asked, name, true, true]);
    }
  }
  expect(explain(one, "beauty")).toBeNull();
  expect(explain(one, "ttft.p42")).toBeNull();
});

describe("a quantile", () => {
  test("names the attempts that make it and its ends, with the stamps", () => {
    const p50 = of("ttft.p50_all");
    // Nearest rank of 40 values: the 20th; ends by the binomial: the 14th and 27th.
    expect(factNamed(p50, "value, rank 20 of 40")).toMatchObject({
      value: 119,
      source: "observation open:alpha:19 in observations.ndjson.gz",
    });
    expect(factNamed(p50, "low end, rank 14 of 40")).toMatchObject({ value: 113 });
    expect(factNamed(p50, "high end, rank 27 of 40")).toMatchObject({ value: 126 });
    const [sent, first] = ["sent", "firstContent"].map((stamp) => factNamed(p50, `stamp ${stamp}`)!.value as number);
    expect(first! - sent!).toBe(119_000);
    expect(said(p50)).toMatch(/firstContent − sent/);
    expect(said(p50)).toMatch(/order statistics/);
    expect(said(p50)).toMatch(/40 values in ascending order: first attempts that were answered, and 2 failures/);
  });

  test("repeats the summary, and without a statistic takes the one that leads the reports", () => {
    const one = explained();
    const row = one.group.rows.find(({ metric, stat }) => metric === "ttft" && stat === "p50_all")!;
    const figure = facts(explain(one, "ttft")!).find(({ name }) => name === "ttft p50_all")!;
    expect(figure).toMatchObject({ value: row.value, low: row.low, high: row.high });
    expect(explain(one, "ttft_ms_p50")!.parts).toEqual(explain(one, "ttft.p50_all")!.parts);
  });

  test("that has too few requests says so, and what its flag means", () => {
    const p99 = of("ttft_ms_p99");
    expect(said(p99)).toMatch(/Too few for a 95 % interval/);
    expect(said(p99)).toMatch(/insufficient_n: too few requests/);
  });
});

describe("a cost", () => {
  test("is traced to price rows with source and date, tokens, and calls by how their bill is known", () => {
    const cost = of("usd_per_1k_good");
    expect(factNamed(cost, "input")).toMatchObject({ value: 1, source: "user", date: "2026-11-01" });
    expect(factNamed(cost, "cached input")).toMatchObject({ value: 0.5 });
    expect(factNamed(cost, "of them failed first attempts")).toMatchObject({ value: 2 });
    expect(factNamed(cost, "of them of unknown bill")).toMatchObject({ value: 2 });
    expect(said(cost)).toMatch(/22 days old when the run began/);
    expect(said(cost)).toMatch(/spend_uncertain: /);
  });

  test("can be made again from the facts that are printed", () => {
    const cost = of("cost_per_mtok");
    const number = (name: string): number => factNamed(cost, name)!.value as number;
    const again =
      (number("known cost of all of them") / (number("input tokens of answers") + number("output tokens of answers"))) *
      1e6;
    expect(factNamed(cost, "cost_per_mtok value")!.value).toBeCloseTo(again, 9);
  });

  test("of what is priced per hour names the hour", () => {
    const price = { kind: "hour", usdPerReplicaHour: 7, replicas: 8, asOf: null, source: "contract" } as const;
    const cost = of("cost", { price: { ...price, minimumUsdPerMonth: null, currency: "USD", note: null } });
    expect(factNamed(cost, "price of a replica")).toMatchObject({ value: 7, source: "contract", date: "undated" });
    expect(said(cost)).toMatch(/The price has no date/);
  });
});

describe("a carbon figure", () => {
  test("is traced to every factor, with other assumptions and published methods beside it", () => {
    const one = explained({ carbon: onHardware("h100x8-fp8"), region: "us-east-1", provider: "bedrock" });
    const carbon = explain(one, "carbon")!;
    const shown = factNamed(carbon, "total")!;
    const row = one.group.rows.find(({ metric }) => metric === "gco2e_per_1k_output")!;
    expect(shown).toMatchObject({ value: row.value, low: row.low, high: row.high });
    const names = facts(carbon).map(({ name }) => name);
    for (const { name } of (one.group.carbon as CarbonEstimate).factors) expect(names).toContain(name);
    expect(names.some((name) => name.startsWith("marginal grid"))).toBe(true);
    expect(names).toEqual(expect.arrayContaining(["batch 8", "batch 256", "without embodied emissions", "this model"]));
    expect(carbon.parts.map(({ heading }) => heading)).toContain("published methods side by side");
    expect(said(carbon)).toMatch(/times apart: the disagreement is part of the answer/);
    const central = (name: string): number => factNamed(carbon, `h100x8-fp8: ${name}`)!.value as number;
    const joules = central("prefill") + central("decode") + central("keys and values");
    expect(central("at the accelerators")).toBeCloseTo(joules, 6);
    expect(central("total")).toBeCloseTo(central("operation") + central("embodied"), 9);
    // The energy at a batch of 64 lies on the line between the rows around it.
    const table = carbon.parts.find(({ heading }) => heading === "measured tables")!.sentences;
    const rowAt = (batch: number): readonly [number, number] => {
      const [, exact, read] = /batch (\S+): (\S+) J/.exec(table.find((line) => line.includes(`batch ${batch}`))!)!;
      return [Math.log(Number(exact)), Math.log(Number(read))];
    };
    const [[low, least], [high, most]] = [rowAt(63.8638), rowAt(95.71)];
    expect(factNamed(carbon, "batch size used")!.value).toBe(64);
    const between = Math.exp(least + ((Math.log(64) - low) / (high - low)) * (most - least));
    expect(factNamed(carbon, "energy per output token at")!.value).toBeCloseTo(between, 4);
    // Seconds held, at the emissions of a node over its life.
    const [node, years, used] = [
      "embodied emissions of a node",
      "lifetime of the hardware",
      "utilisation over the",
    ].map((name) => factNamed(carbon, name)!.value as number);
    const lifeS = years! * 365 * 86_400 * used!;
    expect(central("embodied")).toBeCloseTo((node! * 1000 * central("seconds held")) / lifeS, 9);
    expect(said(carbon)).toMatch(/may not be called SCI while it lacks: /);
  });

  test("that cannot be given says what is missing", () => {
    const carbon = of("gco2e_per_1k_output", { provider: "cerebras" });
    expect(said(carbon)).toMatch(/Not estimable: Cerebras CS-3: .*supply measured joules per output token/);
    expect(said(carbon)).toMatch(/carbon_not_estimable: /);
  });
});

test("the text holds source and date under each factor, and says what is simulated", () => {
  const text = explanationText(of("cost"));
  expect(text).toMatch(/^cost of alpha in open: Cost$/m);
  expect(text).toMatch(/^SIMULATED: /m);
  expect(text).toMatch(/^ {2}input: 1 USD per million tokens\n {6}user; 2026-11-01$/m);
  expect(explanationText(of("cost", { simulated: false }))).not.toContain("SIMULATED");
  expect(text).not.toContain("INVALID");
  expect(explanationText({ ...of("cost"), invalid: ["the client was late"] })).toMatch(
    /^INVALID: the client was late$/m,
  );
});

describe("herdbench explain", () => {
  const cwd = (): string => {
    const own = temporaryFolder();
    cpSync(GOLDEN_RUN, join(own, "results", "20261123T184938Z-golden"), { recursive: true });
    return own;
  };

  test("takes LAST, a scenario, and prints JSON", async () => {
    const args = ["explain", "LAST", "sim-flaky", "ttft.p95_all", "--scenario", "golden-chat", "--json"];
    const { code, stdout } = await herdbench(args, { cwd: cwd() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: "golden-chat", target: "sim-flaky", simulated: true });
  });

  test.each([
    [["sim-none", "ttft"], /^herdbench: no target "sim-none" in that run; its targets are sim-fast, sim-flaky\n$/],
    [["sim-fast", "beauty"], /^herdbench: no number "beauty"; known ones: carbon, cost, ttft, /],
    [["sim-fast", "ttft", "--scenario", "x"], /--scenario: "x" is not in that run; golden-chat, golden-batch are/],
  ])("%j is a mistake that names its mend", async (args, line) => {
    const { code, stderr } = await herdbench(["explain", "LAST", ...args], { cwd: cwd() });
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  });
});

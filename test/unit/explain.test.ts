import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Target } from "../../src/core/target.ts";
import type { CarbonEstimate } from "../../src/measure/carbon/estimate.ts";
import { twoDigits } from "../../src/measure/carbon/significant.ts";
import { COMPARISON_COLUMNS } from "../../src/measure/comparison.ts";
import { METRICS } from "../../src/measure/catalogue.ts";
import { explain, type Explained } from "../../src/measure/explain/explain.ts";
import { fact, type Explanation, type Fact } from "../../src/measure/explain/explanation.ts";
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
    expect(said(carbon)).toMatch(
      /central figures lie \S+ times apart .* the highest of all ends \S+ times above the lowest .*: the disagreement is part/,
    );
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

  test("says on each line how its ends are formed, and they are formed so", () => {
    const carbon = explain(
      explained({ carbon: onHardware("h100x8-fp8"), region: "us-east-1", provider: "bedrock" }),
      "carbon",
    )!;
    const find = (name: string): Fact => factNamed(carbon, name)!;
    const range = (name: string): [number, number, number] => {
      const { low, value, high } = find(name);
      return [low ?? (value as number), value as number, high ?? (value as number)];
    };
    const ofRun = (name: string): [number, number, number] => range(`h100x8-fp8: ${name}`);
    const spread = (names: readonly (readonly number[])[]): [number, number, number] => {
      const central = names.reduce((all, [, one]) => all * one!, 1);
      const below = Math.hypot(...names.map(([low, one]) => Math.log(one! / low!)));
      const above = Math.hypot(...names.map(([, one, high]) => Math.log(high! / one!)));
      return [central * Math.exp(-below), central, central * Math.exp(above)];
    };
    const same = (found: readonly number[], made: readonly number[], by = 1): void =>
      found.forEach((value, i) => expect(value / (made[i]! * by)).toBeCloseTo(1, 9));
    // Root sum of squares: node, meter, operation.
    const node = [ofRun("at the accelerators"), range("CPUs, memory"), range("idle and reserved")];
    same(ofRun("at the node"), spread(node), 1 / 3600);
    same(ofRun("at the meter"), spread([...node, range("PUE")]), 1 / 3600);
    const grid = range("grid intensity, location-based");
    same(ofRun("operation"), spread([...node, range("PUE"), grid]), 1 / 3600 / 1000);
    // Together: prefill and embodied, column by column.
    const prefill = ofRun("prefill");
    // 38 prompts of 110 tokens were read, and of the 2 of 100 that failed before a token a share that nobody knows.
    const [all, refused] = ["input tokens", "input tokens of attempts that failed"].map((name) => range(name)[1]);
    const attended = (tokens: number, each: number): number => tokens * (1 + (each * 2_064_384) / 405.85e9);
    const answered = attended(all! - refused!, 110);
    const prompts = range("prefill done for an attempt").map((read) => answered + read * attended(refused!, 100));
    const [power, share] = [range("accelerator power in prefill"), range("model FLOPs utilisation")];
    same(
      prefill.map((joules) => joules / prefill[1]),
      power.map((one, i) => (one / power[1]) * (share[1] / share[i]!) * (prompts[i]! / prompts[1]!)),
    );
    const [kg, years, used, held] = [
      range("embodied emissions of a node"),
      range("lifetime of"),
      range("utilisation over"),
      ofRun("seconds held"),
    ];
    same(
      ofRun("embodied"),
      held.map((s, i) => (s * kg[i]! * 1000) / (years[i]! * 365 * 86_400 * used[i]!)),
    );
    // Sums.
    same(
      ofRun("total"),
      ofRun("operation").map((grams, i) => grams + ofRun("embodied")[i]!),
    );
    for (const [name, rule] of [
      ["h100x8-fp8: prefill", "all its factors"],
      ["h100x8-fp8: embodied", "all its factors"],
      ["h100x8-fp8: at the node", "a root sum of squares"],
      ["h100x8-fp8: operation", "a root sum of squares"],
      ["h100x8-fp8: total", "lows added"],
      ["operation, location-based", "a root sum of squares"],
      ["embodied", "all its factors"],
    ] as const) {
      expect(find(name).source, name).toContain(`low and high are ${rule}`);
    }
  });

  test("of several deployments can be made again from the printed ones", () => {
    const carbon = of("carbon", { region: "us-east-1", provider: "bedrock" });
    const per1k = (what: string): Fact[] =>
      facts(carbon).filter(({ name, unit }) => name.endsWith(`: ${what}`) && unit === "gCO2e of the run");
    const weightOf = ({ source }: Fact): number => Number(/weight (\S+) of/.exec(source)![1]);
    const served = 38 * 96;
    for (const [line, what] of [
      ["operation, location-based", "operation"],
      ["embodied", "embodied"],
    ] as const) {
      const each = per1k(what);
      expect(each).toHaveLength(2);
      const made = [
        Math.min(...each.map(({ low }) => low!)),
        Math.exp(each.reduce((sum, one) => sum + weightOf(one) * Math.log(one.value as number), 0)),
        Math.max(...each.map(({ high }) => high!)),
      ].map((grams) => Number(twoDigits((grams / served) * 1000)));
      const { low, value, high, source } = factNamed(carbon, line)!;
      expect([low, value, high], line).toEqual(made);
      expect(source).toContain(
        "over 2 deployments: lowest low, geometric mean of the centrals by weight, highest high",
      );
    }
  });

  test("names the input that decides it, and what each alone would do", () => {
    const carbon = explain(
      explained({ carbon: onHardware("h100x8-fp8"), region: "us-east-1", provider: "bedrock" }),
      "carbon",
    )!;
    const part = carbon.parts.find(({ heading }) => heading === "what decides it")!;
    expect(part.sentences[0]).toMatch(/^The input that decides it most is batch size \(assumed\): /);
    // The same assumption by another way: the model run again at a batch of 8, which is the high end here.
    expect(part.facts[0]).toMatchObject({ name: "only batch size", high: Number(factNamed(carbon, "batch 8")!.value) });
    const ratios = part.facts.map(({ low, high }) => high! / low!);
    expect(ratios.length).toBeGreaterThan(5);
    expect(ratios[0]).toBe(Math.max(...ratios));
  });

  test("that is modelled does not say that it was measured, nor credits this run with other people's measurements", () => {
    const carbon = of("gco2e_per_1k_output", { carbon: onHardware("h100x8-fp8") });
    expect(factNamed(carbon, "gco2e_per_1k_output value")!.source).toMatch(/^modelled /);
    expect(factNamed(carbon, "n")!.unit).toBe("answers whose tokens and pace went into the model");
    expect(factNamed(carbon, "output tokens")!.source).toBe("measured by this run: its records");
    expect(factNamed(carbon, "energy per output token at")!.source).toMatch(/^measured elsewhere: ML\.ENERGY/);
    expect(factNamed(carbon, "batch size used")!.source).toMatch(/^computed: /);
    expect(factNamed(carbon, "region")!.source).toMatch(/^unknown: /);
    expect(said(carbon)).toMatch(/judged range of the model, not an interval/);
    const oviedo = factNamed(carbon, "Oviedo")!;
    expect(oviedo).toMatchObject({ low: null, high: null, unit: expect.stringMatching(/^Wh, no range published \(/) });
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
  const invalid = { invalid: ["the client was late"], invalidMeaning: "For this number: it may be late." };
  expect(explanationText({ ...of("cost"), ...invalid })).toMatch(
    /^INVALID: the client was late\n {2}For this number: it may be late\.$/m,
  );
});

test.each([
  ["gco2e_per_1k_output", /at most the median time per output token is in it/],
  ["cost_per_mtok", /prices and billed tokens hold/],
  ["ttft", /times may hold its own delay/],
])("an invalid run says what that means for %s", (asked, meaning) => {
  const one = explained();
  const analysis = { ...one.analysis, validity: { valid: false, reasons: ["the loop was blocked"] } };
  expect(explain({ ...one, analysis }, asked)).toMatchObject({
    invalid: ["the loop was blocked"],
    invalidMeaning: expect.stringMatching(meaning),
  });
  const fine = { ...one.analysis, validity: { valid: true, reasons: [] } };
  expect(explain({ ...one, analysis: fine }, asked)!.invalidMeaning).toBeNull();
});

test.each([
  [58_294.100997, "58294"],
  [7.015e-8, "7.015e-8"],
  [405_850_000_000, "4.0585e11"],
  [1.979e15, "1.979e15"],
  [139.111635, "139.11"],
  [3_600_000_001, "3600000001"],
  [0.016384, "0.016384"],
  [0, "0"],
  [Infinity, "inf"],
])("the text shows %d as %s", (value, shown) => {
  const parts = [{ heading: "h", sentences: [], facts: [fact("f", value, "u", { source: "s", date: "d" })] }];
  expect(explanationText({ ...of("cost"), parts })).toContain(`  f: ${shown} u\n`);
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

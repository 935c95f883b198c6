import { describe, expect, test } from "vitest";
import { batchCeiling } from "../../src/measure/carbon/batch.ts";
import { SHAPES } from "../../src/measure/carbon/data/shapes.ts";
import { CARBON_MODEL_VERSION, estimateCarbon } from "../../src/measure/carbon/estimate.ts";
import type { Footprint } from "../../src/measure/carbon/footprint.ts";
import { overrideProblems } from "../../src/core/carbon.ts";
import { exactly, type Range, sum } from "../../src/measure/carbon/range.ts";
import { SCI_FIELDS } from "../../src/measure/carbon/sci.ts";
import { sensitivitiesOf } from "../../src/measure/carbon/sensitivity.ts";
import { twoDigits } from "../../src/measure/carbon/significant.ts";
import { answer, carbonInput, estimated, onHardware, statedExactly } from "../support/carbon.ts";

const VIRGINIA = { provider: "bedrock", region: "us-east-1" };
const H100 = onHardware("h100x8-fp8");
const FULL_REPORT = { responsible: "A. Reader", startedAt: "2026-11-25T10:00:00Z", endedAt: "2026-11-25T10:05:00Z" };

const ranges = (footprint: Footprint): [string, Range][] =>
  Object.entries(footprint).filter((entry): entry is [string, Range] => entry[1] !== null);

describe("what cannot be estimated", () => {
  test.each([
    ["SambaNova's silicon", { provider: "sambanova" }, {}, /SN40L.*published/],
    ["Cerebras' silicon", { provider: "cerebras" }, {}, /CS-3.*published/],
    ["Groq's silicon", { provider: "groq" }, {}, /LPU/],
    ["H200, whose energy nobody has published", {}, onHardware("h200x8-fp8"), /H200/],
    ["B200 with FP4 weights, which are only a check", {}, onHardware("b200x8-fp4"), /FP4/],
    ["H100 with BF16 weights, measured with old software alone", {}, onHardware("h100x16-bf16"), /BF16/],
    ["hardware that nobody knows", {}, onHardware("abacus"), /unknown hardware "abacus"/],
    ["weights in a number format that no calibrated deployment has", { precision: "int4" }, {}, /int4/],
    ["another model", { model: "llama-3.1-70b-instruct" }, {}, /70b.*Llama 3\.1 405B/],
  ])("%s", (_, target, overrides, reason) => {
    const estimate = estimateCarbon(carbonInput({ target, overrides }));
    expect(estimate.kind).toBe("not-estimable");
    expect(estimate.kind === "not-estimable" && estimate.reason).toMatch(reason);
  });

  test("a workload without attempts", () => {
    expect(estimateCarbon(carbonInput({ workload: { attempts: [] } })).kind).toBe("not-estimable");
  });

  test.each([
    ["at the accelerators", "accelerator", 1.35],
    ["at the inlet of the node, which holds the host", "node", 1],
  ] as const)("but joules per token that a user measured %s are taken", (_, boundary, host) => {
    const joules = { ...statedExactly(20), boundary };
    const estimate = estimated({
      target: { provider: "cerebras" },
      overrides: { joulesPerOutputToken: joules, pue: statedExactly(1.2), gridGPerKwh: statedExactly(100) },
      reporting: FULL_REPORT,
    });
    const wh = (500 * 20 * host * 1.25 * 1.2) / 3600;
    expect(estimate.total.facilityWh.central).toBeCloseTo(wh, 9);
    expect(estimate.total.totalG).toEqual(estimate.total.operationalG);
    expect(estimate.total.embodiedG).toBeNull();
    expect(estimate.flags).toEqual(expect.arrayContaining(["embodied-unknown", "provider-supplied"]));
    expect(estimate.sci.missing).toEqual(["embodied emissions"]);
    const kindOf = (name: string): unknown => estimate.factors.find((factor) => factor.name.startsWith(name))?.kind;
    expect(kindOf("energy per output token")).toBe("user");
    expect(kindOf("CPUs")).toBe(boundary === "node" ? "user" : "assumed");
  });
});

describe("what can", () => {
  test.each(["llama-3.1-405b-instruct", "NousResearch/Hermes-4-405B", "meta.llama3-1-405b-instruct-v1:0"])(
    "%s has the measured shape",
    (model) => {
      expect(estimated({ target: { model } }).carbonModelVersion).toBe(CARBON_MODEL_VERSION);
    },
  );

  test("a machine of one's own at a stated zone has no region, and none is guessed", () => {
    const zone = { value: "US-MIDA-PJM", source: "our own rack", date: "2026-11" };
    const { factors, flags } = estimated({ target: { provider: "vllm" }, overrides: { zone } });
    const named = (name: string): unknown => factors.find((factor) => factor.name === name);
    expect(named("region")).toMatchObject({
      value: "unknown",
      kind: "unknown",
      source: expect.stringMatching(/^none is stated, .*; the grid follows from the stated zone/),
    });
    expect(named("grid zone")).toMatchObject({ value: "US-MIDA-PJM", kind: "user" });
    expect(flags).not.toContain("region-unknown");
    const nowhere = estimated({ target: { provider: "vllm" } }).factors.filter(({ kind }) => kind === "unknown");
    expect(nowhere.map(({ name }) => name)).toEqual(["region", "grid zone"]);
    for (const { source } of factors) expect(source).not.toContain("operator unknown");
  });

  test("unknown hardware is one envelope over the calibrated deployments", () => {
    const known = ["h100x8-fp8", "b200x4-fp8", "b200x8-bf16"].map(
      (id) => estimated({ overrides: onHardware(id) }).total,
    );
    const { total, scenarios, flags } = estimated({});
    expect(scenarios.map(({ weight }) => weight)).toEqual([0.5, 0.3, 0.2]);
    expect(flags).toContain("hardware-unknown");
    expect(total.facilityWh.low).toBe(Math.min(...known.map(({ facilityWh }) => facilityWh.low)));
    expect(total.facilityWh.high).toBe(Math.max(...known.map(({ facilityWh }) => facilityWh.high)));
    const [a, b, c] = known.map(({ facilityWh }) => facilityWh.central);
    expect(total.facilityWh.central).toBeCloseTo(a! ** 0.5 * b! ** 0.3 * c! ** 0.2, 9);
  });

  test("a stated number format leaves the deployments that have it", () => {
    const ids = (precision: string): string[] =>
      estimated({ target: { precision } }).scenarios.map((one) => (one.kind === "calibrated" ? one.shape.id : ""));
    expect(ids("FP8")).toEqual(["h100x8-fp8", "b200x4-fp8"]);
    expect(ids("bf16")).toEqual(["b200x8-bf16"]);
    expect(ids("fp16 or bf16")).toEqual(["b200x8-bf16"]);
    expect(ids("fp8 or bf16")).toEqual(ids(""));
    const named = estimated({ target: { precision: "fp8" } }).factors.find(({ value }) => value === "fp8");
    expect(named).toMatchObject({ name: "number format of the weights", kind: "stated" });
    expect(estimated({ target: { precision: "fp16" } }).flags).toContain("bf16-on-b200-only");
  });

  test("a sum's column is the sum of columns", () => {
    const { total, per1kOutput } = estimated({ target: VIRGINIA });
    for (const footprint of [total, per1kOutput!]) {
      expect(footprint.totalG).toEqual(sum(footprint.operationalG, footprint.embodiedG!));
      expect(footprint.waterMl).toEqual(sum(footprint.siteWaterMl, footprint.offSiteWaterMl));
    }
  });

  test("the market-based figure stands apart", () => {
    const matched = estimated({ target: VIRGINIA });
    const other = estimated({ target: VIRGINIA, overrides: { marketGPerKwh: statedExactly(900) } });
    expect(matched.total.marketG).toEqual(exactly(0));
    expect(other.total.marketG!.central).toBeGreaterThan(other.total.operationalG.central);
    expect(other.total.totalG).toEqual(matched.total.totalG);
    expect(estimated({}).total.marketG).toBeNull();
  });

  test("what was asked last is worth nothing while nobody answered", () => {
    const attempts = [{ ...answer(1000, 7), outcome: "failed" as const }];
    const { total, per1kOutput, sci } = estimated({ workload: { attempts }, reporting: FULL_REPORT });
    expect(total.facilityWh.central).toBeGreaterThan(0);
    expect(per1kOutput).toBeNull();
    expect(sci.score).toBeNull();
  });

  test("failed attempts are charged to the answers that completed", () => {
    const failed = { ...answer(1000, 250), outcome: "failed" as const };
    const clean = estimated({ workload: { attempts: [answer(1000, 500)] } });
    const dirty = estimated({ workload: { attempts: [answer(1000, 500), failed] } });
    expect(dirty.work.servedTokens).toBe(500);
    expect(dirty.per1kOutput!.totalG.central).toBeGreaterThan(1.4 * clean.per1kOutput!.totalG.central);
  });

  test("an attempt refused before its first token costs nothing up to its whole prompt", () => {
    const refused = { inputTokens: 1000, cachedTokens: 0, outputTokens: 0, outcome: "refused" as const };
    const prefill = (attempts: (typeof refused)[]): Range => {
      const [scenario] = estimated({ workload: { attempts }, overrides: H100 }).scenarios;
      return scenario?.kind === "calibrated" ? scenario.parts.prefill : exactly(NaN);
    };
    const read = prefill([{ ...refused, outcome: "failed" } as unknown as typeof refused]);
    expect(prefill([refused]).low).toBe(0);
    expect(prefill([refused]).central).toBeCloseTo(read.central / 2, 9);
    expect(prefill([refused]).high).toBeCloseTo(read.high, 9);
  });
});

describe("flags", () => {
  const flagsOf = (of: Parameters<typeof estimated>[0]): readonly string[] => estimated(of).flags;

  test("no pace leaves the batch to its prior", () => {
    const estimate = estimated({ workload: { itlMs: null }, overrides: H100 });
    const [scenario] = estimate.scenarios;
    expect(scenario?.kind === "calibrated" && scenario.batch.range).toEqual({ low: 512, central: 64, high: 8 });
    expect(estimate.flags).toContain("tpot-unavailable");
  });

  test("pace and prompt are held to the hardware", () => {
    expect(flagsOf({ workload: { itlMs: 16.5 }, overrides: H100 })).toContain("extrapolated");
    expect(flagsOf({ workload: { itlMs: 17 }, overrides: H100 })).toContain("faster-than-calibrated");
    expect(flagsOf({ workload: { itlMs: 90 }, overrides: H100 })).toContain("slower-than-calibrated");
    const prompt = { attempts: [answer(10_000, 500)], ttftMs: 350 };
    expect(flagsOf({ workload: prompt, overrides: H100 })).toContain("prefill-not-explained");
    const cached = { attempts: [answer(10_000, 500, 9000)], ttftMs: 350 };
    expect(flagsOf({ workload: cached, overrides: H100 })).not.toContain("prefill-not-explained");
  });

  test("where several batches answer equally fast, the largest is the ceiling", () => {
    const shape = SHAPES.find(({ id }) => id === "b200x8-bf16")!;
    // Its batch of 32 was measured faster than its batch of 16.
    expect(shape.decode.itlMsP50[2]).toBeLessThan(shape.decode.itlMsP50[1]!);
    expect(batchCeiling(shape, shape.decode.itlMsP50[1]!).batch).toBe(shape.decode.batch[2]);
  });

  test("a stated batch wins over the ceiling, and says when it should not", () => {
    const at = (value: number): Parameters<typeof estimated>[0] => ({
      overrides: { ...H100, batch: { ...statedExactly(value), low: 100, high: 500 } },
    });
    expect(flagsOf(at(400))).toContain("batch-above-ceiling");
    expect(flagsOf(at(200))).not.toContain("batch-above-ceiling");
    const [scenario] = estimated(at(200)).scenarios;
    expect(scenario?.kind === "calibrated" && scenario.batch.range).toEqual({ low: 500, central: 200, high: 100 });
  });

  test("an unknown or unlisted place says so", () => {
    expect(flagsOf({})).toContain("region-unknown");
    expect(flagsOf({ target: { provider: "bedrock", region: "us-moon-1" } })).toContain("region-not-listed");
    expect(flagsOf({ target: VIRGINIA })).not.toContain("region-unknown");
    expect(flagsOf({ overrides: { gridGPerKwh: statedExactly(50) } })).not.toContain("region-unknown");
  });
});

describe("tracing", () => {
  const inputs = [
    { target: VIRGINIA },
    { target: VIRGINIA, overrides: H100 },
    { overrides: { joulesPerOutputToken: { ...statedExactly(9), boundary: "node" as const } } },
    { overrides: { zone: { value: "SE", source: "the operator", date: "2026" }, pue: statedExactly(1.07) } },
  ];

  test.each(inputs)("every factor has value, unit, source, date and licence, once: %j", (input) => {
    const { factors } = estimated(input);
    for (const factor of factors) {
      expect(factor.source, factor.name).not.toBe("");
      expect(factor.date, factor.name).toMatch(/\d{4}|FY\d\d|this run/);
      expect(factor.licence, factor.name).not.toBe("");
      if (typeof factor.value === "number") expect(factor.unit, factor.name).not.toBe("");
    }
    expect(new Set(factors.map(({ name, hardware }) => `${name} ${hardware}`)).size).toBe(factors.length);
  });

  test("the figure of a known deployment comes out of its factors by hand", () => {
    const { factors, total } = estimated({ target: VIRGINIA, overrides: H100 });
    const value = (name: string): number => Number(factors.find((factor) => factor.name.startsWith(name))?.value);
    const [input, output] = [value("input tokens"), value("output tokens")];
    const power = value("thermal design power");
    const attention = 1 + (input * value("layers × model width")) / value("model parameters");
    const perPromptToken =
      (2 * value("model parameters") * value("accelerator power in prefill") * power * attention) /
      (value("model FLOPs utilisation") * value("peak operations"));
    const reads = output * (input + output / 2) * value("reading keys and values");
    const joules =
      input * perPromptToken +
      output * value("energy per output token") +
      reads * value("accelerator power while") * power * value("accelerators");
    const facilityWh = (joules / 3600) * value("CPUs") * value("idle") * value("PUE");
    expect(total.facilityWh.central).toBeCloseTo(facilityWh, 9);
    const held =
      (input * attention * 2 * value("model parameters")) /
        (value("model FLOPs utilisation") * value("peak operations") * value("accelerators")) +
      output / value("output tokens per second") +
      reads;
    const life = value("lifetime") * 365 * 86_400 * value("utilisation over the lifetime");
    const embodied = (value("embodied emissions of a node") * 1000 * held) / life;
    const grams = (facilityWh / 1000) * value("grid intensity, location-based") + embodied;
    expect(total.totalG.central).toBeCloseTo(grams, 9);
  });

  test("what a user supplies takes the table's place and carries its source", () => {
    const supplied = { value: 1.07, low: 1.05, high: 1.1, source: "the operator's audit", date: "2025-12-31" };
    const { factors, site, flags } = estimated({ target: VIRGINIA, overrides: { pue: supplied } });
    expect(site.pue.range).toEqual({ low: 1.05, central: 1.07, high: 1.1 });
    expect(factors.find(({ name }) => name.startsWith("PUE"))).toMatchObject({ kind: "user", ...supplied });
    expect(flags).toContain("provider-supplied");
  });

  test("faulty overrides are all named at once", () => {
    const overrides = {
      pue: { value: 0.9, source: " ", date: "recently" },
      gridGPerKwh: { value: 10, low: 20, source: "the operator", date: "2025" },
      wue: { value: 0, high: 1, source: "the operator", date: "2025" },
      batch: { value: NaN, source: "the operator", date: "2025" },
    };
    expect(overrideProblems(overrides)).toHaveLength(6);
    expect(() => estimateCarbon(carbonInput({ overrides }))).toThrow(/pue.*gridGPerKwh.*wue.*batch|batch.*pue/s);
    expect(overrideProblems(H100)).toEqual([]);
  });

  test("beside the number stand the sentences that it needs, and none of the words that it must not have", () => {
    const { statements } = estimated({ target: VIRGINIA });
    const text = statements.join(" ");
    for (const needed of [/Estimated/, /judged range/, /Location-based.*2025/, /market-based/, /training/, /offsets/]) {
      expect(text).toMatch(needed);
    }
    expect(text).not.toMatch(/\bactual\b|\bmeasured\b|carbon-neutral|green provider/i);
  });

  test("the same input gives the same estimate, and JSON can carry it", () => {
    const once = JSON.stringify(estimated({ target: VIRGINIA }));
    expect(JSON.stringify(estimated({ target: VIRGINIA }))).toBe(once);
    expect(JSON.stringify(ranges(estimated({ target: VIRGINIA }).total))).not.toMatch(/null/);
  });
});

describe("the words SCI (modelled)", () => {
  test.each([
    ["the zone, where one is known", VIRGINIA, "US-MIDA-PJM"],
    ["as supplied, where several could have served", { provider: "bedrock", region: null }, "as supplied"],
  ])("name a supplied grid: %s", (_, target, zone) => {
    const overrides = { ...H100, gridGPerKwh: statedExactly(50) };
    expect(estimated({ target, overrides, reporting: FULL_REPORT }).sci).toMatchObject({ missing: [], gridZone: zone });
  });

  test("stand only when all seven fields do", () => {
    const { sci, per1kOutput } = estimated({ target: VIRGINIA, overrides: H100, reporting: FULL_REPORT });
    expect(SCI_FIELDS).toHaveLength(7);
    expect(sci).toMatchObject({ label: "SCI (modelled)", missing: [], gridZone: "US-MIDA-PJM", gridYear: "2025" });
    expect(sci.version).toBe("carbon-model 1.0");
    expect(sci.score).toBeCloseTo(per1kOutput!.totalG.central, 12);
    expect(sci.score).toBeCloseTo(sci.energyKwh! * sci.gridGPerKwh + sci.embodiedG!, 12);
    const [node] = sci.hardware;
    const share = node!.timeShare * node!.resourceShare;
    expect(node!.totalEmbodiedKg * 1000 * share).toBeCloseTo(sci.embodiedG!, 12);
  });

  test.each([
    [
      "no answer completed",
      { workload: { attempts: [{ ...answer(10, 5), outcome: "failed" as const }] } },
      "functional unit",
    ],
    ["the region is unknown", { target: {} }, "grid intensity with zone and year"],
    ["the time is not stated", { reporting: { ...FULL_REPORT, endedAt: null } }, "components over a time span"],
    ["nobody answers", { reporting: { ...FULL_REPORT, responsible: null } }, "method, version and who answers for it"],
  ])("but not when %s", (_, part, missing) => {
    const { sci } = estimated({ target: VIRGINIA, overrides: H100, reporting: FULL_REPORT, ...part });
    expect(sci).toMatchObject({ label: "carbon estimate", score: null, interval: null });
    expect(sci.missing).toContain(missing);
  });
});

test("sensitivities move the central figure the way that they should", () => {
  const input = carbonInput({ target: VIRGINIA, overrides: H100 });
  const base = estimated({ target: VIRGINIA, overrides: H100 }).per1kOutput!;
  const found = new Map(sensitivitiesOf(input).map(({ name, totalG }) => [name, totalG]));
  expect(found.get("batch 8")).toBeGreaterThan(base.totalG.central);
  expect(found.get("batch 256")).toBeLessThan(base.totalG.central);
  expect(found.get("marginal grid, 557.17 gCO2e/kWh")).toBeGreaterThan(base.totalG.central);
  expect(found.get("without embodied emissions")).toBe(base.operationalG.central);
  expect([...found.keys()].filter((name) => name.startsWith("another average"))).toHaveLength(3);
  expect(sensitivitiesOf(carbonInput({ target: { provider: "groq" } }))).toEqual([]);
  const joulesPerOutputToken = { ...statedExactly(9), boundary: "node" as const };
  expect(sensitivitiesOf(carbonInput({ overrides: { joulesPerOutputToken } })).map(({ name }) => name)).toEqual([
    "without embodied emissions",
  ]);
});

test.each([
  [1.0949, "1.1"],
  [0.0436, "0.044"],
  [0.000123, "0.00012"],
  [9.96, "10"],
  [0.0996, "0.10"],
  [123.4, "120"],
  [4.0, "4.0"],
  [0, "0"],
  [15, "15"],
])("%f is printed as %s", (value, text) => {
  expect(twoDigits(value)).toBe(text);
});

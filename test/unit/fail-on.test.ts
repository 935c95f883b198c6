import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT, exitCode } from "../../src/cli/exit-codes.ts";
import { findingsOf, parseCondition, type Condition } from "../../src/measure/fail-on.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { analysisOf, COUNTS, fineGroup, FIGURES, groupOf, SCENARIO, targetNamed } from "../support/analysis.ts";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

const conditionOf = (text: string): Condition => {
  const parsed = parseCondition(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.condition;
};

describe("a condition", () => {
  it("counts failures as every table does, and takes the metric's own unit", () => {
    expect(conditionOf("ttft p95 > 6000")).toEqual({
      text: "ttft p95 > 6000",
      metric: "ttft",
      stat: "p95_all",
      comparison: ">",
      limit: 6000,
    });
    expect(conditionOf("  ttft   p95_all>=6000 ms ")).toMatchObject({ stat: "p95_all", comparison: ">=", limit: 6000 });
    expect(conditionOf("goodput_share < 95%")).toMatchObject({ stat: "value", limit: 0.95 });
    expect(conditionOf("lag p99 > 5")).toMatchObject({ stat: "p99" });
  });

  it.for([
    ["tttf p95 > 6000", 'no metric "tttf"; did you mean "ttft"?'],
    ["ttft p59 > 6000", 'ttft has no "p59"; did you mean "p50"?'],
    ["ttft > 6000", "ttft needs a statistic, one of mean, min, p50"],
    ["success_share p50 < 1", 'success_share is one figure over all requests: leave out "p50"'],
    ["lag p99_all > 5", "lag counts no failures: write p99"],
    ["ttft p95 > 6 s", "ttft is in ms, not in s"],
    ["ttft p95 > 6%", "ttft is in ms, not in %"],
    ["ttft p95 = 6", 'must read like "ttft p95 > 6000"'],
    ["ttft p95 > 6e3", 'must read like "ttft p95 > 6000"'],
    ["ttft p95 > 6000 and e2e p95 > 1", 'must read like "ttft p95 > 6000"'],
    ["", 'must read like "ttft p95 > 6000"'],
  ] as const)("%s is refused with its mend", ([text, problem]) => {
    expect(parseCondition(text)).toEqual({ ok: false, problem: expect.stringContaining(problem) as string });
  });
});

describe("a run held against conditions", () => {
  const infinite = groupOf({
    target: targetNamed("cut"),
    scenario: SCENARIO,
    figures: { ...FIGURES, "ttft p95_all": { unit: "ms", value: Infinity } },
    counts: COUNTS,
    fields: {},
  });

  it("is hit by whom it concerns, a failure too, and names an empty cell that fails nothing", () => {
    const analysis = analysisOf([fineGroup("fine"), infinite], {});
    const [tail, empty, fine] = findingsOf(
      analysis,
      ["ttft p95 > 500", "ttft p99 > 1", "ttft p50 > 500"].map(conditionOf),
    );
    expect(tail!.hits).toEqual([{ target: "cut", scenario: "chat-short", value: Infinity }]);
    expect(empty).toMatchObject({
      hits: [],
      empty: [{ target: "fine", flags: ["insufficient_n"] }, { target: "cut" }],
    });
    expect(fine).toMatchObject({ hits: [], empty: [] });
  });

  it("leaves out a target whose model is gone", () => {
    const gone = { ...infinite, target: { ...infinite.target, gone: "retired 2026-09-01" } };
    expect(findingsOf(analysisOf([gone], {}), [conditionOf("ttft p95 > 500")])[0]).toMatchObject({
      hits: [],
      empty: [],
    });
  });

  it("ends report with 1, says why, and with 2 before anything is written where it cannot be read", async () => {
    const cwd = temporaryFolder();
    cpSync(GOLDEN_RUN, join(cwd, "results", "golden"), { recursive: true });
    const report = (...conditions: string[]) =>
      herdbench(["report", "golden", "--quiet", ...conditions.flatMap((one) => ["--fail-on", one])], { cwd });
    const hit = await report("ttft p50 > 1", "ttft p99 > 1");
    expect(hit.code).toBe(1);
    expect(hit.stderr).toContain("--fail-on ttft p50 > 1: sim-fast in golden-chat has ");
    expect(hit.stderr).toContain(
      "--fail-on ttft p99 > 1: not judged, since the cell is empty: sim-fast in golden-chat (n 80",
    );
    expect(await report("ttft p50 > 60000")).toMatchObject({ code: 0, stderr: "" });
    const wrong = await report("ttft p50 > 1", "nothing > 1", "ttft p51 > 1");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr.trim().split("\n")).toHaveLength(2);
  });

  it("is judged at the end of a run, and read before its first request", async () => {
    const cwd = temporaryFolder();
    const simulator = await startSimulator({ seed: 1, profiles: { fast: PROFILES["sim-fast"] } });
    const load = ["--num-prompts", "6", "--max-concurrency", "2", "--input-len", "50", "--output-len", "8"];
    const run = (condition: string) =>
      herdbench(
        ["run", "--base-url", `${simulator.url}/fast/v1`, "--model", "m", ...load, "--quiet", "--fail-on", condition],
        { cwd },
      );
    expect(await run("ttft p51 > 1")).toMatchObject({ code: 2, stdout: "" });
    expect(existsSync(join(cwd, "results"))).toBe(false);
    const { code, stderr } = await run("ttft p50 > 0.001");
    await simulator.close();
    expect(code).toEqual(orInvalid(1));
    expect(stderr).toContain("--fail-on ttft p50 > 0.001: ");
  });

  it("gives way to every worse outcome", () => {
    const worse = [130, 70, 2, 5, 4, 3] as const;
    expect(worse.map((code) => exitCode([EXIT.failOn, code]))).toEqual(worse);
    expect(exitCode([EXIT.ok, EXIT.failOn])).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { groupsOf } from "../../src/measure/group.ts";
import { linearQuantile } from "../../src/measure/rivals/rival.ts";
import { RIVALS } from "../../src/measure/rivals/rivals.ts";
import { sideBySide, type SideBySide } from "../../src/measure/rivals/side-by-side.ts";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { herdbench } from "../support/herdbench.ts";
import { answer, failed, recordOf, type Recorded } from "../support/observations.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { times } from "../support/measured.ts";

const rowsOf = (recorded: readonly Recorded[]) => sideBySide(groupsOf(recordOf(recorded, {}), []), RIVALS);

function rowOf(rows: readonly SideBySide[], figure: string, stat: string): Record<string, number | null> {
  const { ours, theirs } = rows.find((row) => row.figure === figure && row.stat === stat)!;
  return { ours, ...theirs };
}

/** First token after two seconds, then 99 more, one every 20 ms. */
const STEADY = answer({ pair: 0, ttftMs: 2000, gapsMs: times(99, () => 20), tokens: 100, first: 1 });
/** One token, then eight in each event, an event every 160 ms. */
const PACKED = answer({ pair: 0, ttftMs: 500, gapsMs: times(12, () => 160), tokens: 97, first: 1 });

describe("the same stream by other definitions", () => {
  it("has a TPOT of 20 or of 40 ms", () => {
    expect(rowOf(rowsOf([STEADY]), "tpot", "p50")).toEqual({
      ours: 20,
      vllm: expect.closeTo((1980 + 1995) / 99, 6),
      aiperf: null,
      guidellm: 39.8,
      "inference-perf": 20,
      mlperf: 20,
    });
  });

  it("has a TPOT of 20 ms in vLLM where nothing comes before the first text", () => {
    const { firstContent } = STEADY.observation.stamps;
    const stamps = { ...STEADY.observation.stamps, firstByte: firstContent };
    const row = rowOf(rowsOf([{ ...STEADY, observation: { ...STEADY.observation, stamps } }]), "tpot", "p50");
    expect(row["vllm"]).toBe(20);
  });

  it("has an ITL of 0, 20 or 160 ms at the median, and of 20 on average in all that count tokens", () => {
    const rows = rowsOf([PACKED]);
    expect(rowOf(rows, "itl", "p50")).toEqual({
      ours: 160,
      vllm: 160,
      aiperf: 20,
      guidellm: 20,
      "inference-perf": 0,
      mlperf: null,
    });
    expect(rowOf(rows, "itl", "mean")).toMatchObject({ ours: 160, vllm: 160, "inference-perf": 20 });
  });

  it("has a TTFT that ends with an empty chunk in vLLM, and begins with the schedule in MLPerf", () => {
    const late = { ...STEADY.observation.stamps, released: 30_000, sent: 40_000, firstByte: 1_500_000 };
    const row = rowOf(rowsOf([{ ...STEADY, observation: { ...STEADY.observation, stamps: late } }]), "ttft", "p50");
    expect(row).toEqual({
      ours: 1960,
      vllm: 1470,
      aiperf: 1970,
      guidellm: 1970,
      "inference-perf": 1970,
      mlperf: 2000,
    });
  });

  it("ends with the stream in GuideLLM and inference-perf", () => {
    const stamps = { ...STEADY.observation.stamps, end: STEADY.observation.stamps.end! + 300_000 };
    const row = rowOf(rowsOf([{ ...STEADY, observation: { ...STEADY.observation, stamps } }]), "e2e", "p50");
    expect(row).toEqual({
      ours: 3980,
      vllm: 3980,
      aiperf: 3980,
      guidellm: 4280,
      "inference-perf": 4280,
      mlperf: 3980,
    });
  });

  it("knows successes alone, and nothing where there are none", () => {
    const rows = rowsOf([STEADY, failed({ pair: 1, kind: "overloaded" })]);
    expect(rows).toEqual(rowsOf([STEADY]));
    expect(rowOf(rowsOf([failed({ pair: 0, kind: "overloaded" })]), "e2e", "p50")).toMatchObject({
      ours: null,
      vllm: null,
    });
  });

  it("counts all tokens over the whole time, or over that of text", () => {
    const row = rowOf(rowsOf([STEADY]), "throughput", "value");
    expect(row).toMatchObject({ ours: null, vllm: expect.closeTo(100 / 3.98, 6), mlperf: null });
  });
});

it("quantiles of numpy lie between ranks", () => {
  // numpy.percentile([1, 2, 3, 10], 50) = 2.5; at 95: 8.95.
  expect(linearQuantile(Float64Array.of(1, 2, 3, 10), 0.5)).toBe(2.5);
  expect(linearQuantile(Float64Array.of(1, 2, 3, 10), 0.95)).toBeCloseTo(8.95, 9);
  expect(linearQuantile(Float64Array.of(7), 0.95)).toBe(7);
});

describe("report --definitions", () => {
  it("prints them side by side, with what each means and by which source", async () => {
    const { code, stdout } = await herdbench(["report", GOLDEN_RUN, "--definitions", "vllm,guidellm"], {
      cwd: temporaryFolder(),
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^scenario +target +figure +herdbench +vllm +guidellm$/m);
    expect(stdout).toMatch(/^golden-chat +sim-fast +tpot p50 ms +[\d.]+ +[\d.]+ +[\d.]+$/m);
    expect(stdout).toContain("(last text − send call) / n, so TTFT is in it");
    expect(stdout).toContain("GuideLLM: by vllm-project/guidellm ee7a7745");
    expect(stdout).not.toContain("aiperf");
  });

  it("prints JSON of all, and names the mend of one that is not known", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await herdbench(["report", GOLDEN_RUN, "--definitions", "all", "--json"], { cwd });
    const { rows } = JSON.parse(stdout) as { rows: SideBySide[] };
    expect(Object.keys(rows[0]!.theirs)).toEqual(["aiperf", "guidellm", "inference-perf", "mlperf", "vllm"]);
    const { code, stderr } = await herdbench(["report", GOLDEN_RUN, "--definitions", "vlm"], { cwd });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'herdbench: --definitions: "vlm" is not known; vllm, aiperf, guidellm, inference-perf, mlperf and all are\n',
    });
  });
});

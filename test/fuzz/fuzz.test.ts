import { describe, expect, it } from "vitest";
import { fuzz, isClean, summary } from "./campaign.ts";
import type { Target } from "./target.ts";
import { fuzzTargets } from "./targets.ts";

const targets = fuzzTargets();
const SEED = 405;

describe("20,000 broken inputs", () => {
  it.each(targets.map((target) => [target.name, target] as const))(
    "make the %s neither throw nor hang nor keep memory nor break a promise",
    (_name, target) => {
      const result = fuzz(target, { seed: SEED, first: 0, inputs: target.share * 200, inputMsMax: 2000 });
      expect(isClean(result), summary(result, SEED)).toBe(true);
      expect(result.inputs).toBe(target.share * 200);
      // A campaign whose inputs all end alike proves nothing.
      expect(result.outcomes.length).toBeGreaterThan(1);
    },
  );

  it("are shared out among all targets", () => {
    expect(targets.reduce((sum, { share }) => sum + share, 0)).toBe(100);
  });
});

describe("the fuzzer", () => {
  const planted = (run: Target["run"]): Target => ({
    name: "planted",
    share: 100,
    seeds: [Buffer.from("data: abc\n\n")],
    run,
  });
  const campaign = { seed: 1, first: 0, inputs: 2000, inputMsMax: 500 };

  it("finds a parser that throws, and says how to repeat it", () => {
    const result = fuzz(
      planted((input) => {
        if (input.includes("\r")) throw new Error("lone CR");
        return "ok";
      }),
      campaign,
    );
    expect(isClean(result)).toBe(false);
    const [finding] = result.findings;
    expect(finding).toMatchObject({ what: "lone CR" });
    expect(finding!.input.includes("\r")).toBe(true);
    expect(summary(result, 1)).toContain(`--seed 1 --target "planted" --first ${finding!.number} --inputs 1`);
    expect(summary(result, 1)).toContain(finding!.input.subarray(0, 300).toString("base64"));
  });

  it("repeats a finding from its number alone", () => {
    const seen: string[] = [];
    const target = planted((input) => {
      seen.push(input.toString("base64"));
      return "ok";
    });
    fuzz(target, { ...campaign, inputs: 50 });
    fuzz(target, { ...campaign, first: 37, inputs: 1 });
    expect(seen.at(-1)).toBe(seen[37]);
    expect(new Set(seen).size).toBeGreaterThan(25);
  });

  it("finds a parser that hangs, and goes on behind it", () => {
    const result = fuzz(
      planted((input) => {
        for (let turns = 0; input[0] === 0x64 && input[1] !== 0x61; turns += 1) if (turns < 0) break;
        return "ok";
      }),
      { ...campaign, inputs: 300, inputMsMax: 25 },
    );
    expect(result.findings.length).toBeGreaterThan(0);
    expect(result.findings.every(({ what }) => what === "hangs")).toBe(true);
    expect(result.outcomes).toEqual([["ok", result.inputs - result.findings.length]]);
  });

  it("finds a parser that is slow", () => {
    const result = fuzz(
      planted(() => {
        const { user } = process.threadCpuUsage();
        while (process.threadCpuUsage().user - user < 60_000);
        return "ok";
      }),
      { ...campaign, inputs: 1, inputMsMax: 50 },
    );
    expect(result.findings[0]!.what).toMatch(/^(?:took \d+ ms|hangs)$/);
  });

  it("finds a parser that keeps memory", () => {
    const kept: Uint8Array[] = [];
    const result = fuzz(
      planted(() => {
        kept.push(new Uint8Array(50_000).fill(1));
        return "ok";
      }),
      { ...campaign, inputs: 1000 },
    );
    expect(kept).toHaveLength(1000);
    expect(isClean(result)).toBe(false);
    expect(summary(result, 1)).toContain("heap grew");
  });
});

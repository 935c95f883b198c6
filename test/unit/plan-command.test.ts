import { describe, expect, it } from "vitest";
import { GOLDEN_RUN } from "../support/golden-files.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

describe("herdbench plan", () => {
  it("says what a difference takes by the spread of a past run, and what that run was", async () => {
    const { code, stdout } = await herdbench(["plan", "--detect", "10%", "--run", GOLDEN_RUN], {
      cwd: temporaryFolder(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain("Time to first token 10 % apart, shown in 80 % of cases at p < 0.05");
    expect(stdout).toContain("SIMULATED");
    const [row] = stdout.split("\n").filter((line) => line.startsWith("golden-chat"));
    expect(row!.split(/\s{2,}/)).toEqual([
      "golden-chat",
      "sim-fast",
      "sim-flaky",
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^[\d.]+ ms$/),
      expect.stringMatching(/^-?[\d.]+ ms$/),
      expect.stringMatching(/^~?\d+$/),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\$[\d.]+$/),
    ]);
  });
  it("prints the same as JSON, for one scenario and another metric, and the same each time", async () => {
    const args = ["plan", "--detect", "0.2", "--run", GOLDEN_RUN, "--metric", "e2e", "--scenario", "golden-chat"];
    const said = await Promise.all([0, 1].map(() => herdbench([...args, "--json"], { cwd: temporaryFolder() })));
    expect(said[0]!.stdout).toBe(said[1]!.stdout);
    const { metric, share, detections } = JSON.parse(said[0]!.stdout);
    expect({ metric, share }).toEqual({ metric: "e2e", share: 0.2 });
    expect(detections).toHaveLength(1);
    expect(detections[0].difference).toBeCloseTo(0.2 * detections[0].median, 6);
  });
  it.for([
    [["--metric", "goodput"], "--metric: goodput is no latency of single requests; one of ttft"],
    [["--metric", "speed"], "--metric: speed is no metric"],
    [["--scenario", "other"], "--scenario: other is not in that run; golden-chat, golden-batch are"],
    [["--detect", "0"], "--detect: must be above 0, such as 10%"],
  ] as const)("names the mend of %s", async ([args, message]) => {
    const detect = args[0] === "--detect" ? [] : ["--detect", "10%"];
    const { code, stderr } = await herdbench(["plan", ...detect, "--run", GOLDEN_RUN, ...args], {
      cwd: temporaryFolder(),
    });
    expect({ code, said: stderr.includes(message) }).toEqual({ code: 2, said: true });
  });
});

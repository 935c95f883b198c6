import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { runVerdict } from "../../src/cli/verdict.ts";
import type { TargetStop } from "../../src/core/run.ts";
import { analysisOf, COUNTS, FIGURES, fineGroup, groupOf, SCENARIO, targetNamed } from "../support/analysis.ts";

const withStops = (stops: readonly TargetStop[]) => {
  const analysis = analysisOf([fineGroup("a")], {});
  return { ...analysis, manifest: { ...analysis.manifest, end: { ...analysis.manifest.end!, stops } } };
};
const STOP: TargetStop = {
  target: "a",
  atUs: 1,
  failures: 5,
  kind: "network",
  code: null,
  probes: 0,
  resumedUs: null,
};

test("a target that was stopped for good has failed, however well it began", () => {
  expect(runVerdict(withStops([]))).toBe(EXIT.ok);
  expect(runVerdict(withStops([STOP]))).toBe(EXIT.targetFailed);
  expect(runVerdict(withStops([{ ...STOP, resumedUs: 2 }]))).toBe(EXIT.ok);
});

test("what a breaker held back counts as failed", () => {
  const counts = { ...COUNTS, succeeded: 100, failures: { "held back": 20 } };
  const group = groupOf({ target: targetNamed("a"), scenario: SCENARIO, figures: FIGURES, counts, fields: {} });
  expect(runVerdict(analysisOf([group], {}))).toBe(EXIT.targetFailed);
});

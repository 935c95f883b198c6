import { describe, expect, it } from "vitest";
import { runVerdict } from "../../src/cli/verdict.ts";
import type { ModelEntry, ModelStatus } from "../../src/core/provider.ts";
import { goneNote } from "../../src/core/provider.ts";
import { isGone } from "../../src/measure/gone.ts";
import { sentences } from "../../src/report/sentences.ts";
import { analysisOf, COUNTS, FIGURES, groupOf, SCENARIO, targetNamed } from "../support/analysis.ts";

const NOTE = "retired 2026-07-07: end of life in its model card";
const DEAD = { ...COUNTS, completed: 0, succeeded: 0 };

const group = (gone: string | null, counts: Partial<typeof COUNTS>) =>
  groupOf({
    target: { ...targetNamed("old"), gone },
    scenario: SCENARIO,
    figures: FIGURES,
    counts: { ...DEAD, ...counts },
    fields: {},
  });
const notFound = { failed: { "not-found": 120 }, failures: { "not-found": 120 } };

describe("a target that is known to be gone", () => {
  it("and answers so is a finding: the run is in order, and the report tells since when", () => {
    const analysis = analysisOf([group(NOTE, notFound)], {});
    expect(runVerdict(analysis)).toBe(0);
    expect(sentences(analysis)).toContainEqual({ label: "gone", text: `old: ${NOTE}` });
  });

  it("and is held back after its first answers is gone all the same", () => {
    expect(isGone(group(NOTE, { ...notFound, failures: { "not-found": 3, "held back": 117 } }))).toBe(true);
  });

  it.each([
    ["nobody said that it is gone", null, notFound],
    ["it fails for another reason", NOTE, { failures: { "not-found": 60, overloaded: 60 } }],
    ["some of it still answers", NOTE, { ...notFound, succeeded: 1 }],
    ["nothing was asked of it", NOTE, { failures: {} }],
  ] as const)("is not exempt when %s", (_why, gone, counts) => {
    expect(isGone(group(gone, counts))).toBe(false);
  });

  it("is a failed target without the note", () => {
    expect(runVerdict(analysisOf([group(null, notFound)], {}))).toBe(3);
  });
});

describe("the note of a gone model", () => {
  const entry = (status: ModelStatus, fields: Partial<ModelEntry> = {}): ModelEntry => ({
    id: "m",
    aliases: [],
    tiers: {},
    status,
    statusNote: null,
    retiredOn: null,
    lastSeen: null,
    price: { kind: "unknown", reason: "not found" },
    otherPrices: [],
    precision: null,
    contextTokens: null,
    maxOutputTokens: null,
    source: null,
    ...fields,
  });

  it("says status, day and why, as far as they are known", () => {
    expect(goneNote(entry("retired", { retiredOn: "2026-07-07", statusNote: "end of life in its model card" }))).toBe(
      NOTE,
    );
    expect(goneNote(entry("delisted"))).toBe("delisted");
  });

  it.each(["listed", "unverified", "dedicated", "self-hosted", "never-listed", "unknown"] as const)(
    "does not exist for one that is %s",
    (status) => {
      expect(goneNote(entry(status))).toBeNull();
    },
  );

  it("does not exist for a model that the provider's file does not know", () => {
    expect(goneNote(undefined)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { reportHtml } from "../../src/report/html/page.ts";
import { analysisOf } from "../support/measured.ts";
import { pageRecord } from "../support/page-record.ts";
import { sweepRecord } from "../support/queue-record.ts";

const record = pageRecord({ targets: 3, scenarios: 2, requests: 40, names: [] });
const analysis = analysisOf(record);

/** The words of a page, its script and style left out. */
function wordsOf(html: string): string {
  return html
    .replace(/<(style|script)>[^]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the page", () => {
  it("is the same text each time, whatever was drawn before", () => {
    const first = reportHtml(analysis, record);
    reportHtml(analysisOf({ ...record, observations: record.observations.slice(9) }), record);
    expect(reportHtml(analysis, record)).toBe(first);
  });

  it("does not depend on the order of lines in the record", () => {
    const turned = { ...record, observations: record.observations.toReversed() };
    expect(reportHtml(analysisOf(turned), turned)).toBe(reportHtml(analysis, record));
  });

  it("leaves a picture out that has nothing to show, and says why", () => {
    const silent = { ...record, observations: record.observations.map((one) => ({ ...one, server: null })) };
    const words = wordsOf(reportHtml(analysisOf(silent), silent));
    expect(words).toContain("Not drawn:");
    expect(words).toContain("Client against server TTFT: no target tells its own time to first token");
    const nothing = { ...record, observations: [], events: new Map(), tokens: new Map() };
    const html = reportHtml(analysisOf(nothing), nothing);
    expect(html).not.toContain("<figure>");
    expect(wordsOf(html)).toContain("Failures by kind: no request was sent");
  });

  it("answers with intervals, and names no winner without a verdict", () => {
    const undecided = { ...analysis, verdicts: [] };
    const words = wordsOf(reportHtml(undecided, record));
    expect(words).toMatch(/First token median TTFT, ms target-1 \d+ \(\d+-\d+\) target-2/);
    expect(words).toContain("Not compared with the first: target-2, target-3.");
    expect(wordsOf(reportHtml(analysis, record))).toMatch(/target-1 leads target-2 by [\d.]+ ms \(/);
  });

  it("names the cheapest of those that keep the objective, and why others are left out", () => {
    const words = wordsOf(reportHtml(analysis, record));
    expect(words).toMatch(/Cheapest that keeps the objective USD per 1,000 good answers.*?good within TTFT [\d.]+ ms/);
    expect(words).toMatch(
      /Cost per good answer USD per 1,000 good answers target-\d [\d.]+ \([\d.]+-[\d.]+\), [\d.]+ % good/,
    );
    expect(words).toContain("target-3 (no price is known)");
    expect(words).toContain(
      "These verdicts hold in this window, from this place. To buy on it: at least 7 days × 8 time slots.",
    );
    const unpriced = analysis.groups.map((group) => ({
      ...group,
      rows: group.rows.map((row) => (row.metric === "cost_per_1k_good" ? { ...row, value: null } : row)),
    }));
    const none = wordsOf(reportHtml({ ...analysis, groups: unpriced }, record));
    expect(none).toMatch(/Cheapest that keeps the objective [^.]*? ms none Left out: target-1/);
  });

  it("calls no estimate the lowest for being too uncertain to be told from it", () => {
    const totals = analysis.carbonVerdicts.map((verdict) => ({ ...verdict, lower: null }));
    const words = wordsOf(reportHtml({ ...analysis, carbonVerdicts: totals }, record));
    expect(words).toMatch(
      /Carbon, estimated [^.]*?central estimate \(judged range\) target-\d [\d.]+ \([\d.]+-[\d.]+\) Not known whether more or less: target-\d [\d.]+ \(/,
    );
  });

  it("raises no flag of empty quantiles where none that it shows is empty", () => {
    const cells = (html: string): string => /<h2>Every target<\/h2>[^]*?<\/table>/.exec(html)![0];
    const whole = pageRecord({ targets: 2, scenarios: 1, requests: 120, names: [] });
    expect(cells(reportHtml(analysisOf(whole), whole))).not.toContain("insufficient_n");
    expect(cells(reportHtml(analysis, record))).toContain("insufficient_n");
  });

  it("says beside its answer when the run is INVALID", () => {
    const invalid = { ...analysis, validity: { valid: false, reasons: ["the client was late"] } };
    const words = wordsOf(reportHtml(invalid, record));
    expect(words).toContain("The answer INVALID: shown, and not to be decided by.");
    expect(words).toContain("no figure here is to be relied on: the client was late.");
    expect(words).not.toMatch(/\bVALID\b/);
  });

  it("ends with how far it reaches, the method, the client's error, every metric and the dates of prices", () => {
    const words = wordsOf(reportHtml(analysis, record));
    for (const text of [
      "at least 7 days × 8 time slots",
      "Quantiles are nearest ranks",
      "client error p99 0.8 ms",
      "Inter-chunk latency",
      "(2026-11-01, made up)",
      "Estimated, not metered.",
    ])
      expect(words).toContain(text);
  });

  it("of many requests draws no more than a screen can show", () => {
    const sizeOf = (requests: number): number => {
      const many = pageRecord({ targets: 2, scenarios: 1, requests, names: [] });
      return reportHtml(analysisOf(many), many).length;
    };
    // Above 600 a target the pictures have all the marks that they may have, give or take how requests fall into equal parts.
    expect(sizeOf(2400)).toBeLessThan(1.3 * sizeOf(800));
  });
});

describe("the page of a sweep", () => {
  it("has the curve with its knee, and a table of levels", () => {
    const swept = sweepRecord({
      server: { places: 4, serviceMs: 400 },
      by: "rate",
      loads: [2, 6, 18],
      requests: 200,
      seed: 1,
    });
    const study = { kind: "sweep", scenario: "open", by: "rate" } as const;
    const made = { ...swept, manifest: { ...swept.manifest, study } };
    const html = reportHtml(analysisOf(made), made);
    expect(html).toMatch(/aria-label="Throughput against load: alpha knee at [\d.]+ \([\d.]+-[\d.]+\)/);
    expect(html).toContain('fill-opacity="0.6"');
    expect(wordsOf(html)).toContain("open on alpha, level by level");
  });
});

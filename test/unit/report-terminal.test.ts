import fc from "fast-check";
import { expect, test } from "vitest";
import { columnsOf } from "../../src/report/columns.ts";
import type { TargetStop } from "../../src/core/run.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import {
  analysisOf,
  COUNTS,
  FIGURES,
  fineGroup,
  groupOf,
  SCENARIO,
  targetNamed,
  VERDICT,
} from "../support/analysis.ts";

const view = { columns: 80, color: false };

const FLAKY = groupOf({
  target: targetNamed("sim-flaky"),
  scenario: SCENARIO,
  figures: {
    ...FIGURES,
    "success_share value": { unit: "share", value: 106 / 120 },
    "ttft p50_all": { unit: "ms", value: 301, low: 290, high: 315 },
    "ttft p95_all": { unit: "ms", value: Infinity },
    "cost_per_mtok value": { unit: "usd/Mtok", value: null, flags: ["price_unknown"] },
    "cost_per_1k_good value": { unit: "usd/1k", value: null },
    "gco2e_per_1k_output value": { unit: "g/1k", value: null, flags: ["carbon_not_estimable"] },
  },
  counts: { ...COUNTS, completed: 106, succeeded: 106, failures: { overloaded: 5, truncated: 9 } },
  fields: {},
});

test("the first screen of one scenario says what was run, how good it is and what to make of it", () => {
  const analysis = analysisOf([fineGroup("sim-fast"), FLAKY, fineGroup("sim-far")], { verdicts: [VERDICT] });
  expect(firstScreen(analysis, view)).toBe(`\
herdbench 0.1  SIMULATED  chat-short 100>300 tok  Poisson 2/s  cold cache  VALID
3 targets x 120 paired requests from laptop-fra, 61 s      spent $0.45 of $1 cap
client error p99 0.8 ms, measured during this run                       seed 405

target     ok %  TTFT ms p50  p95  tok/s  good %  $/M tok  $/1k good  gCO2e/1k
sim-fast    100  212 205-220  390   61.2      98     3.41       1.39   0.4-2.1
sim-flaky  88.3  301 290-315  inf   61.2      98  unknown          -   unknown
sim-far     100  212 205-220  390   61.2      98     3.41       1.39   0.4-2.1

TTFT     sim-fast leads sim-far by 286 ms (260-311), 120 pairs, Holm over 6, in
         this window
inf      14 of 120 sim-flaky requests failed: 9 truncated, 5 overloaded
empty    p99 needs 248 more requests per target, about $0.93
next     herdbench report 20261123T184938Z-quick rebuilds report.html,
         report.md, both CSVs
`);
});

test("several scenarios get one table each, aligned with each other", () => {
  const batch = {
    ...SCENARIO,
    id: "batch",
    load: { kind: "closed", maxConcurrency: 8, rampUpMs: 0, thinkTime: null } as const,
    prompt: { ...SCENARIO.prompt, inputTokens: 2048 },
  };
  const other = groupOf({
    target: targetNamed("sim-fast"),
    scenario: batch,
    figures: FIGURES,
    counts: COUNTS,
    fields: {},
  });
  const lines = firstScreen(analysisOf([fineGroup("sim-fast"), other], {}), view).split("\n");
  expect(lines[0]).toBe("herdbench 0.1  SIMULATED  2 scenarios x 1 target  VALID");
  expect(lines.slice(4, 10)).toEqual([
    "target    ok %  TTFT ms p50  p95  tok/s  good %  $/M tok  $/1k good  gCO2e/1k",
    "chat-short 100>300 tok  Poisson 2/s  cold cache  120 requests",
    "sim-fast   100  212 205-220  390   61.2      98     3.41       1.39   0.4-2.1",
    "",
    "batch 2048>300 tok  Closed 8  cold cache  120 requests",
    "sim-fast   100  212 205-220  390   61.2      98     3.41       1.39   0.4-2.1",
  ]);
});

test("an invalid run says so on top and gives every reason", () => {
  const reasons = ["client_delay p99 is 7.2 ms, above 5 ms", "event-loop delay reached 80 ms, above 50 ms"];
  const screen = firstScreen(analysisOf([fineGroup("a")], { validity: { valid: false, reasons } }), view);
  expect(screen).toMatch(/^herdbench [\s\S]*?INVALID/);
  expect(screen).not.toMatch(/(?<!IN)VALID/);
  for (const reason of reasons) expect(screen).toContain(`INVALID  ${reason}`);
});

test("a real run is not called simulated, and of a mixed one each simulated target is named", () => {
  const real = { ...targetNamed("real"), simulated: false };
  const realGroup = groupOf({ target: real, scenario: SCENARIO, figures: FIGURES, counts: COUNTS, fields: {} });
  expect(firstScreen(analysisOf([realGroup], {}), view)).not.toContain("SIMULATED");
  const mixed = firstScreen(analysisOf([realGroup, fineGroup("sim-fast")], {}), view);
  expect(mixed).toContain("PARTLY SIMULATED");
  expect(mixed).toContain("mixed    SIMULATED: sim-fast; the other targets are real endpoints");
});

test("a verdict without a leader names what would decide it", () => {
  const decides = { n: 612, connections: null, nights: 7, usd: 1.5 };
  const verdict = { ...VERDICT, leader: null, difference: 4, low: -5, high: 13, pAdjusted: 0.4, decides };
  const screen = firstScreen(analysisOf([fineGroup("sim-fast"), fineGroup("sim-far")], { verdicts: [verdict] }), view);
  expect(screen.replace(/\s+/g, " ")).toContain(
    "no difference shown between sim-fast and sim-far: 4 ms (-5 to 13), 120 pairs, p 0.4 after Holm over 6, in this window; " +
      "about 610 pairs ($1.50) would decide a difference of this size in one window, 7 days x 8 slots to buy on it",
  );
});

test("pairs of a closed loop are said to match by prompt", () => {
  const closed = { ...SCENARIO, load: { kind: "closed", maxConcurrency: 8, rampUpMs: 0, thinkTime: null } as const };
  const groups = ["sim-fast", "sim-far"].map((id) =>
    groupOf({ target: targetNamed(id), scenario: closed, figures: FIGURES, counts: COUNTS, fields: {} }),
  );
  const screen = firstScreen(analysisOf(groups, { verdicts: [VERDICT] }), view);
  expect(screen.replace(/\s+/g, " ")).toContain("120 pairs matched by prompt");
});

test("drops, requests never started, cancelled and lost ones are all told", () => {
  const counts = { ...COUNTS, dropped: 7, notStarted: { budget: 3 }, cancelled: { interrupt: 2 }, lost: 1 };
  const group = groupOf({ target: targetNamed("a"), scenario: SCENARIO, figures: FIGURES, counts, fields: {} });
  const screen = firstScreen(analysisOf([group], {}), view).replace(/\s+/g, " ");
  expect(screen).toContain("inf 7 of 120 a requests dropped: the in-flight limit was reached");
  expect(screen).toContain(
    "missing 6 of 120 a requests: 3 not started (budget), 2 cancelled (interrupt), 1 lost (no end on record)",
  );
});

test("failures are told by kind and reason, and what retries made of them", () => {
  const failures = { "without an answer": 3, overshoot: 2 };
  const counts = { ...COUNTS, retries: 7, succeeded: 115, failures, recovered: 4 };
  const group = groupOf({ target: targetNamed("a"), scenario: SCENARIO, figures: FIGURES, counts, fields: {} });
  const screen = firstScreen(analysisOf([group], {}), view).replace(/\s+/g, " ");
  expect(screen).toContain("inf 5 of 120 a requests failed: 3 without an answer, 2 overshoot");
  expect(screen).toContain("retry 7 further attempts of a: 4 requests were answered in the end");
});

test("a stopped target and a pause are told, with what they cost", () => {
  const stop = {
    target: "a",
    atUs: 1,
    failures: 5,
    kind: "network",
    code: "ECONNREFUSED",
    probes: 2,
    resumedUs: null,
  } as const;
  const counts = { ...COUNTS, succeeded: 0, notStarted: { breaker: 115 }, failures: { network: 5, "held back": 115 } };
  const group = groupOf({ target: targetNamed("a"), scenario: SCENARIO, figures: FIGURES, counts, fields: {} });
  const screen = (stops: readonly TargetStop[]): string => {
    const analysis = analysisOf([group], {});
    const pauses = [
      { scenario: "chat-short", target: "a", count: 2, waitedMs: 1500 },
      { scenario: "other", target: "a", count: 1, waitedMs: 700 },
    ];
    const manifest = { ...analysis.manifest, end: { ...analysis.manifest.end!, stops, pauses } };
    return firstScreen({ ...analysis, manifest }, view).replace(/\s+/g, " ");
  };
  expect(screen([stop])).toContain("inf 120 of 120 a requests failed: 115 held back, 5 network");
  expect(screen([stop])).toContain(
    "stopped a after 5 failures in a row, the last one network (ECONNREFUSED), 2 probes in vain; 115 not started",
  );
  expect(screen([stop])).not.toContain("missing");
  expect(screen([stop, { ...stop, code: null, resumedUs: 9 }])).toContain(
    "stopped a, 2 times, at last after 5 failures in a row, the last one network, then it went on; 115 not started",
  );
  expect(screen([])).toContain("pause a asked to be left alone 3 times: 2.2 s waited");
});

test("what is missing is of all attempts, where further ones are missing too", () => {
  const counts = { ...COUNTS, planned: 120, retries: 2, notStarted: { interrupt: 6 } };
  const screen = (changes: Partial<typeof COUNTS>): string =>
    firstScreen(analysisOf([{ ...fineGroup("a"), counts: { ...counts, ...changes } }], {}), view).replace(/\s+/g, " ");
  expect(screen({})).toContain("missing 6 of 122 a attempts: 6 not started (interrupt)");
  expect(screen({ retries: 0 })).toContain("missing 6 of 120 a requests: 6 not started (interrupt)");
});

test("a time in which nothing could be reached is told once", () => {
  const faults = [{ startUs: 1_000_000, endUs: 4_500_000, excused: 12 }];
  const screen = firstScreen(analysisOf([fineGroup("a")], { vantageFaults: faults }), view).replace(/\s+/g, " ");
  expect(screen).toContain("vantage no target could be reached from here for 3.5 s: 12 requests are nobody's failure");
});

test("spending is a range where it is not known exactly, and unknown where no price is", () => {
  const spent = (low: number, high: number) => ({ ...fineGroup("a"), spentUsd: { low, high } });
  const unpriced = { ...fineGroup("b"), spentUsd: null };
  const screen = (groups: Parameters<typeof analysisOf>[0]): string => firstScreen(analysisOf(groups, {}), view);
  expect(screen([spent(0.58, 0.61)])).toContain("spent $0.58-0.61 of $1 cap");
  expect(screen([unpriced])).toContain("spent unknown of $1 cap");
  expect(screen([spent(0.5, 0.5), unpriced])).toContain("spent $0.50 of $1 cap (1 target without price)");
});

test("a run that was killed or interrupted says so", () => {
  const analysis = analysisOf([fineGroup("a")], {});
  const ended = (end: typeof analysis.manifest.end): string =>
    firstScreen({ ...analysis, manifest: { ...analysis.manifest, end } }, view);
  expect(ended(null)).toContain("never closed");
  expect(ended(null)).toContain("client error not measured during this run");
  expect(ended({ ...analysis.manifest.end!, reason: "interrupt" })).toContain("61 s, stopped early: interrupt");
});

const flat = (text: string): string => text.replace(/\s+/g, " ");

test("a cap that was reached is told with its arithmetic, and what goes on from there", () => {
  const analysis = analysisOf([fineGroup("a"), fineGroup("b")], {});
  const reached = {
    target: null,
    unit: "usd",
    limit: 1,
    billed: 0.61,
    kept: 0.0301,
    inFlight: 0.36,
    next: 0.002,
  } as const;
  const own = { target: "b", unit: "tokens", limit: 5000, billed: 4100, kept: 0, inFlight: 500, next: 500 } as const;
  const screen = (capsReached: readonly (typeof reached | typeof own)[]): string => {
    const end = { ...analysis.manifest.end!, reason: "budget" as const, capsReached };
    return flat(firstScreen({ ...analysis, manifest: { ...analysis.manifest, end } }, view));
  };
  const whole = screen([own, reached]);
  expect(whole).toContain("61 s, stopped early: budget");
  expect(whole).toContain(
    "cap the run stopped at its cap of $1: $0.61 billed + $0.0301 kept for calls of unknown bill + " +
      "$0.36 reserved in flight + $0.002 for the next call = $1.0021",
  );
  expect(whole).toContain(
    "b stopped at its own cap of 5000 tokens: 4100 tokens billed + 500 tokens reserved in flight + " +
      "500 tokens for the next call = 5100 tokens",
  );
  expect(whole).toContain("next herdbench resume 20261123T184938Z-quick --max-cost USD goes on under another cap");
  const alone = screen([own]);
  expect(alone).toContain("61 s, 1 target stopped at a cap");
  expect(alone).toContain("next herdbench report");
});

test("an overshoot is named, and so is what bills by the hour", () => {
  const hourly = [
    { target: "dedicated", usdPerHour: 39.2, usd: 0.6643 },
    { target: "own", usdPerHour: 25, usd: null },
  ];
  const screen = flat(firstScreen(analysisOf([fineGroup("a")], { overshootUsd: 0.0123, hourly }), view));
  expect(screen).toContain("spend overshoot $0.012: calls cost more than was reserved for them");
  expect(screen).toContain(
    "dedicated bills $39.2 an hour, used or not, and no cap holds that: 61 seconds of this run are $0.66",
  );
  expect(screen).toContain("own bills $25 an hour, used or not, and no cap holds that empty");
});

test("a run in parts lasted as long as they did", () => {
  const analysis = analysisOf([fineGroup("a")], {});
  const end = { ...analysis.manifest.end!, endUs: 3_720_000_000 };
  const resumed = [
    { startedAt: "", startUs: 3_700_000_000, stoppedUs: 30_000_000, clock: { name: "", originNs: "0" }, before: null },
  ];
  expect(firstScreen({ ...analysis, manifest: { ...analysis.manifest, end, resumed } }, view)).toContain(
    "50 s in 2 parts",
  );
});

test("of many warnings five are shown and the rest is counted", () => {
  const warnings = Array.from({ length: 8 }, (_, index) => `thing ${index} was skipped`);
  const screen = firstScreen(analysisOf([fineGroup("a")], { warnings }), view);
  expect(screen.match(/^warning /gm)).toHaveLength(6);
  expect(screen).toContain("3 more warnings: see report.json");
});

test("no line is longer than the terminal, whatever the names", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(name, name, fc.integer({ min: 40, max: 200 }), (target, vantage, columns) => {
      const analysis = analysisOf([fineGroup(target), FLAKY], {
        verdicts: [{ ...VERDICT, a: target, b: "sim-flaky", leader: target }],
        warnings: [target],
        validity: { valid: false, reasons: [vantage] },
      });
      const manifest = { ...analysis.manifest, vantage, runId: target };
      for (const line of firstScreen({ ...analysis, manifest }, { columns, color: false }).split("\n")) {
        expect(columnsOf(line)).toBeLessThanOrEqual(Math.min(80, columns));
      }
    }),
    { numRuns: 50 },
  );
});

test("colour adds nothing but colour", () => {
  const analysis = analysisOf([fineGroup("a")], {});
  const colored = firstScreen(analysis, { columns: 80, color: true });
  const pattern = new RegExp(String.fromCharCode(27) + "\\[\\d+m", "g");
  expect(colored.match(pattern)).toHaveLength(4);
  expect(colored.replace(pattern, "")).toBe(firstScreen(analysis, view));
});

test("gaps become narrow before a name is cut", () => {
  const figures = { ...FIGURES, "ttft p50_all": { unit: "ms", value: 1212, low: 1105, high: 1219 } } as const;
  const of = (id: string) =>
    groupOf({ target: targetNamed(id), scenario: SCENARIO, figures, counts: COUNTS, fields: {} });
  const lines = firstScreen(analysisOf([of("together-405b"), of("a")], {}), view).split("\n");
  expect(lines.slice(4, 6)).toEqual([
    "target        ok %    TTFT ms p50 p95 tok/s good % $/M tok $/1k good gCO2e/1k",
    "together-405b  100 1212 1105-1219 390  61.2     98    3.41      1.39  0.4-2.1",
  ]);
});

test("of a resumed run the client's error is that of the last process, and the screen says so", () => {
  const analysis = analysisOf([fineGroup("a")], {});
  const { clock } = analysis.manifest;
  const part = { startedAt: "2026-11-23T19:00:00.000Z", startUs: 9, clock, stoppedUs: 5, before: null };
  const screen = firstScreen({ ...analysis, manifest: { ...analysis.manifest, resumed: [part] } }, view);
  expect(screen).toContain("client error p99 0.8 ms, measured since the last resume");
});

test("the next command names the run where it stands", () => {
  const analysis = analysisOf([fineGroup("a")], {});
  expect(firstScreen(analysis, { ...view, run: "night/one" })).toContain("herdbench report night/one rebuilds");
  expect(firstScreen(analysis, view)).toContain(`herdbench report ${analysis.manifest.runId} rebuilds`);
});

test("an endpoint that names the model otherwise is not said to serve another", () => {
  const screen = (flags: readonly string[]): string =>
    firstScreen(analysisOf([{ ...fineGroup("a"), modelEchoed: "m-2", flags }], {}), view).replace(/\s+/g, " ");
  expect(screen(["model_differs"])).toContain("answers name it otherwise, most often m-2");
  expect(screen(["model_differs", "other_model"])).toContain("but another model answered, most often m-2");
});

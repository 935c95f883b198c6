import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Cause, NightPart, NightTarget, Owner, Suspect } from "../../src/core/night.ts";
import { nightMarkdown } from "../../src/report/night.ts";
import { nightJsonSchema } from "../../src/store/nights/schema.ts";
import { nightFolder, readNights, writeNight } from "../../src/store/nights/nights.ts";
import { partFacts } from "../../src/study/nightly/facts.ts";
import { judgedPart } from "../../src/study/nightly/night.ts";
import { coverageOf, dayOf, nextSlot, slotAt } from "../../src/study/nightly/slots.ts";
import { goldenAnalysis, NIGHT_SCHEMA } from "../support/golden-files.ts";
import { check, measured, nightOf, nightPart, nightTarget } from "../support/nights.ts";
import { temporaryFolder } from "../support/temporary.ts";

const NIGHT = "2026-11-25";
const good = nightTarget("good");

describe("what is wrong, and who has to act", () => {
  it.each<[string, Partial<NightTarget>, Cause, Owner]>([
    ["no key", check({ verdict: "not asked", unasked: "key-missing", note: "set X_KEY" }), "key-missing", "us"],
    ["an expired key", check({ verdict: "failed", failure: "auth", note: "expired (HTTP 401)" }), "key-refused", "us"],
    ["no credit", check({ verdict: "failed", failure: "payment" }), "payment", "us"],
    ["no price", check({ verdict: "not asked", unasked: "price-unknown" }), "price-unknown", "us"],
    ["a gone endpoint", check({ verdict: "failed", failure: "not-found" }), "endpoint-gone", "seller"],
    ["one known to be gone", check({ verdict: "gone", failure: "not-found" }), "endpoint-gone", "seller"],
    ["overload", { measured: measured({ succeeded: 20, failures: { overloaded: 20 } }) }, "failing", "seller"],
    [
      "a key that expires in between",
      { measured: measured({ succeeded: 0, failures: { auth: 5, "held back": 35 } }) },
      "key-refused",
      "us",
    ],
    [
      "our own limit",
      { measured: measured({ succeeded: 20, failures: { "rate-limited": 20 }, quotaLimited: true }) },
      "quota",
      "us",
    ],
    ["their limit", { measured: measured({ succeeded: 20, failures: { "rate-limited": 20 } }) }, "failing", "seller"],
    [
      "no connection to one of two",
      { measured: measured({ succeeded: 0, failures: { network: 40 } }) },
      "unreachable",
      "seller",
    ],
    ["one that is back", { goneUntil: "2026-12-31" }, "back-again", "us"],
  ])("%s", (_, of, cause, owner) => {
    const { findings, message } = nightOf(NIGHT, [nightPart(NIGHT, [good, nightTarget("bad", of)])]);
    expect(findings).toMatchObject([{ cause, owner, target: "bad", since: NIGHT }]);
    expect(findings[0]!.next).toMatch(/^herdbench (providers check|explain \S+) bad/);
    const [ours, theirs] = owner === "us" ? [1, 0] : [0, 1];
    expect(message).toMatch(new RegExp(`^DEGRADED: 1 of 2 targets, ${ours} ours, ${theirs} theirs, 0 regressions, `));
  });

  it.each<[string, Partial<NightPart>, Cause, Owner, string]>([
    ["a cap", { state: "budget" }, "budget", "budget", "INCOMPLETE"],
    ["an interrupt", { state: "interrupted" }, "interrupted", "us", "INCOMPLETE"],
    ["a dead process", { state: "crashed", invalid: ["never closed"] }, "crashed", "tool", "CRASHED"],
    ["a slow client", { invalid: ["client delay"] }, "client-slow", "tool", "INVALID"],
    ["an unfit machine", { state: "unmeasured", unfit: ["late"], runId: null }, "machine-unfit", "tool", "INVALID"],
  ])("%s", (_, of, cause, owner, status) => {
    const night = nightOf(NIGHT, [nightPart(NIGHT, [good], of)]);
    expect(night.findings).toMatchObject([{ cause, owner, target: null }]);
    expect(night.status).toBe(status);
  });

  it("blames nobody when nobody can be reached", () => {
    const dead = check({ verdict: "failed", failure: "network" });
    const night = nightOf(NIGHT, [nightPart(NIGHT, [nightTarget("a", dead), nightTarget("b", dead)])]);
    expect(night.findings).toMatchObject([{ cause: "vantage", owner: "network", target: null }]);
    expect(night.message).toBe("FAILED: 0 of 2 targets, 0 ours, 0 theirs, 0 regressions, $0 of $6");
  });

  it("counts a crash as ours, and names at most three targets", () => {
    const bad = ["a", "b", "c", "d"].map((id) => nightTarget(id, check({ verdict: "failed", failure: "auth" })));
    expect(nightOf(NIGHT, [nightPart(NIGHT, [good, ...bad])]).message).toMatch(
      /^DEGRADED: 1 of 5 targets, 4 ours, .*; a: key refused \(ours\); b: key refused \(ours\); c: key refused \(ours\); and 1 more$/,
    );
    const crashed = nightOf(NIGHT, [nightPart(NIGHT, [good], { state: "crashed" })]);
    expect(crashed.message).toMatch(/^CRASHED: 1 of 1 target, 1 ours, 0 theirs, /);
  });

  it("keeps the first night of a row, and forgets it when it is over", () => {
    const bad = nightTarget("bad", check({ verdict: "failed", failure: "auth" }));
    const first = nightOf("2026-11-20", [nightPart("2026-11-20", [good, bad])]);
    const second = nightOf("2026-11-21", [nightPart("2026-11-21", [good, bad])], [first]);
    const healed = nightOf("2026-11-22", [nightPart("2026-11-22", [good, nightTarget("bad")])], [first, second]);
    const again = nightOf("2026-11-23", [nightPart("2026-11-23", [good, bad])], [first, second, healed]);
    expect([second, healed, again].map(({ findings }) => findings.map(({ since }) => since))).toEqual([
      ["2026-11-20"],
      [],
      ["2026-11-23"],
    ]);
  });

  it("only counts an acknowledged gone endpoint up to its day", () => {
    const gone = nightTarget("gone", { ...check({ verdict: "failed", failure: "not-found" }), goneUntil: NIGHT });
    expect(nightOf(NIGHT, [nightPart(NIGHT, [good, gone])])).toMatchObject({
      findings: [],
      message: "OK: 1 of 1 target, 0 ours, 0 theirs, 0 regressions, $0.50 of $6; 1 acknowledged",
    });
    const after = nightOf("2026-11-26", [nightPart("2026-11-26", [good, gone])]);
    expect(after.findings).toMatchObject([{ cause: "endpoint-gone", owner: "seller" }]);
  });

  it("names nights and slots in which nothing ran", () => {
    const before = nightOf("2026-11-22", [nightPart("2026-11-22", [good])]);
    const facts = { slots: ["02:00", "10:00", "18:00"] };
    const night = nightOf(NIGHT, [nightPart(NIGHT, [good], { slot: 3 })], [before], { facts });
    expect(night.missed).toEqual(["2026-11-23", "2026-11-24"]);
    expect(night.message).toMatch(/; missed 2026-11-23, 2026-11-24$/);
    expect(night.message).toContain(", 1 ours, 0 theirs, ");
    expect(night.findings.at(-1)).toMatchObject({ cause: "missed", owner: "us", since: "2026-11-23" });
    expect(night.findings.at(-1)!.detail).toBe("2026-11-25: nothing ran at 02:00, 10:00 UTC");
  });
});

const slow: Suspect = {
  target: "good",
  scenario: "chat",
  metric: "ttft",
  stat: "p50_all",
  unit: "ms",
  value: 150,
  baseline: 100,
  nights: 14,
  change: { value: 0.5, low: 0.31, high: 0.72 },
  pAdjusted: 0.001,
  family: 3,
};
const figures = [
  {
    scenario: "chat",
    scenarioHash: "0",
    metric: "ttft",
    stat: "p50_all",
    unit: "ms",
    value: 150,
    low: 140,
    high: 160,
    n: 40,
  },
] as const;
const seen = nightTarget("good", { measured: measured({ figures }) });

describe("a regression", () => {
  it("needs 2 of the last 3 slots, be they of several nights, pages once, and keeps its first night", () => {
    const shown = [false, true, false, true, true, false, true];
    const nights = shown.reduce<ReturnType<typeof nightOf>[]>((before, isSlow, i) => {
      const night = `2026-11-${10 + i}`;
      const part = nightPart(night, [seen], { suspects: isSlow ? [slow] : [] });
      return [...before, nightOf(night, [part], before)];
    }, []);
    expect(nights.map(({ pages }) => pages)).toEqual([false, false, false, true, false, false, false]);
    expect(nights.map(({ regressions }) => regressions.map(({ since }) => since)).flat()).toEqual([
      "2026-11-11",
      "2026-11-11",
      "2026-11-11",
    ]);
    expect(nights[3]!.message).toBe(
      "REGRESSION: 1 of 1 target, 0 ours, 0 theirs, 1 regression, $0.50 of $6; good ttft p50_all in chat +50 % (+31 to +72), 150 after 100 ms, since 2026-11-11",
    );
    expect(nights[3]!.findings).toMatchObject([
      { cause: "regression", owner: "seller", target: "good", since: "2026-11-11" },
    ]);
  });

  it("stays open while it lasts, is over once it is repaired, and becomes normal after 90 days", () => {
    const history = (last: number, isSlow: (i: number) => boolean) =>
      Array.from({ length: last + 1 }).reduce<ReturnType<typeof nightOf>[]>((before, _, i) => {
        const night = dayOf(Date.parse("2026-01-01") + i * 86_400_000);
        const value = (isSlow(i) ? 180 : 100) + (i % 5);
        const figure = { ...figures[0], value, low: value - 2, high: value + 2 };
        const target = nightTarget("good", { measured: measured({ figures: [figure] }) });
        const slots = ["02:00"];
        const part = judgedPart(nightPart(night, [target]), { before: before.slice(-120), windowNights: 14, slots });
        return [...before, nightOf(night, [part], before.slice(-120))];
      }, []);
    const statuses = (nights: ReturnType<typeof history>) => nights.map(({ status }) => status);
    const mended = history(50, (i) => i >= 20 && i < 45);
    expect(statuses(mended.slice(21, 45)).every((status) => status === "REGRESSION")).toBe(true);
    expect(mended.flatMap(({ pages }, i) => (pages ? [i] : []))).toEqual([21]);
    expect(mended.slice(45).map(({ status, message }) => [status, message.split("; ")[1]])).toEqual([
      ["OK", "recovering: good ttft"],
      ["OK", "recovered: good ttft"],
      ["OK", undefined],
      ["OK", undefined],
      ["OK", undefined],
      ["OK", undefined],
    ]);
    // The slow nights are no part of the window afterwards either.
    const twice = history(58, (i) => (i >= 20 && i < 45) || i >= 54);
    expect(twice.flatMap(({ pages }, i) => (pages ? [i] : []))).toEqual([21, 55]);
    const lasting = history(125, (i) => i >= 20);
    expect(statuses(lasting.slice(21, 111)).every((status) => status === "REGRESSION")).toBe(true);
    expect(lasting.slice(111).map(({ message }) => message.split("; ")[1])).toEqual([
      "accepted: good ttft",
      ...Array.from({ length: 14 }, () => undefined),
    ]);
  });

  it("is suspected before it is confirmed", () => {
    const night = nightOf(NIGHT, [nightPart(NIGHT, [seen], { suspects: [slow] })]);
    expect(night.message).toMatch(/^OK: .*; 1 suspected$/);
    const page = nightMarkdown(night);
    expect(page).toContain("Suspected, not confirmed: good.");
    expect(page).not.toContain("Nothing is wrong");
  });

  it("is found within a night that has parts", () => {
    const part = (slot: number, isSlow: boolean): NightPart =>
      nightPart(NIGHT, [seen], { slot, suspects: isSlow ? [slow] : [] });
    const facts = { slots: ["00:00", "08:00", "16:00"] };
    const confirmed = nightOf(NIGHT, [part(1, true), part(2, false), part(3, true)], [], { facts });
    expect([confirmed.status, confirmed.pages]).toEqual(["REGRESSION", true]);
    expect(nightOf(NIGHT, [part(1, true), part(2, false), part(3, false)], [], { facts }).status).toBe("OK");
  });
});

describe("the facts of a part", () => {
  it("are those of its run, with the watched figures and their intervals", async () => {
    const analysis = await goldenAnalysis();
    const ok = nightTarget("sim-fast").check;
    const asked = ["sim-fast", "sim-flaky", "sim-gone"].map((target) => {
      return { target, provider: "simulator", goneUntil: null, check: ok };
    });
    const { state, runId, targets } = partFacts(1, analysis, asked, false);
    expect([state, runId]).toEqual(["complete", analysis.manifest.runId]);
    expect(targets.map(({ measured: run }) => run?.figures.map(({ metric }) => metric).length ?? null)).toEqual([
      6,
      6,
      null,
    ]);
    const flaky = targets[1]!.measured!;
    expect(flaky.planned).toBe(flaky.succeeded + Object.values(flaky.failures).reduce((sum, count) => sum + count, 0));
    expect(partFacts(1, analysis, asked, true).state).toBe("crashed");
  });
});

describe("slots", () => {
  const times = ["02:00", "10:00", "23:55"];
  it.each([
    ["2026-11-25T02:00:00Z", "2026-11-25", 1],
    ["2026-11-25T12:30:00Z", "2026-11-25", 2],
    ["2026-11-26T00:03:00Z", "2026-11-25", 3],
  ])("at %s is %s, slot %i", (at, night, slot) => {
    expect(slotAt(times, Date.parse(at))).toMatchObject({ night, slot, slots: 3 });
  });

  it("without times are one a day, and the last one of a night has none behind it", () => {
    const slot = slotAt([], Date.parse("2026-11-25T23:59:59Z"));
    expect(slot).toMatchObject({ night: "2026-11-25", slot: 1, slots: 1 });
    expect(nextSlot([], slot)).toBeNull();
    expect(nextSlot(times, slotAt(times, Date.parse("2026-11-25T02:00:00Z")))).toMatchObject({ slot: 2 });
  });

  it("say what of the day was covered", () => {
    const part = { startedAt: "2026-11-25T02:00:10Z", endedAt: "2026-11-25T02:20:40Z" };
    expect(coverageOf([part])).toBe("covers only 02:00-02:20 UTC");
    expect(coverageOf([])).toBe("covers nothing");
    expect(coverageOf(Array.from({ length: 8 }, () => part))).toBe(
      "covers 8 parts of the day, 02:00-02:20 to 02:00-02:20 UTC",
    );
  });
});

describe("night.json", () => {
  it("is read back as it was written, infinities too, and a broken one is left out and named", async () => {
    const results = temporaryFolder();
    const inf = { ...slow, value: Infinity, change: { value: Infinity, low: Infinity, high: Infinity } };
    const night = nightOf(NIGHT, [nightPart(NIGHT, [seen], { suspects: [inf] })]);
    await writeNight(results, night, { "night.md": "# night\n" });
    const broken = nightFolder(results, "2026-11-24");
    await mkdir(broken, { recursive: true });
    await writeFile(join(broken, "night.json"), "{");
    const { nights, warnings } = await readNights(results, 10);
    expect(nights).toEqual([night]);
    expect(warnings).toEqual([expect.stringMatching(/2026-11-24.night\.json is not JSON: left out$/)]);
    expect(readFileSync(join(nightFolder(results, NIGHT), "night.md"), "utf8")).toBe("# night\n");
  });

  it("has its JSON Schema in the tree", () => {
    expect(readFileSync(NIGHT_SCHEMA, "utf8")).toBe(nightJsonSchema());
  });
});

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { NightRecord } from "../../src/core/night.ts";
import { readNights } from "../../src/store/nights/nights.ts";
import { readRun } from "../../src/store/read.ts";
import { removeOldRaw } from "../../src/store/retention.ts";
import { suiteFolder } from "../support/temporary.ts";
import { day, makeHistory, PLOT } from "./history.ts";

const results = suiteFolder();
const sent: { readonly on: string; readonly record: NightRecord }[] = [];
beforeAll(() => makeHistory(results, (record, on) => void sent.push({ on, record })));

/** What is said of a night in which nothing of the plot happens. */
const count = (of: number): string => `SIMULATED OK: ${of} of ${of} targets, 0 ours, 0 theirs, 0 regressions`;

function expected(night: number): string | null {
  if (night === PLOT.missed) return null;
  if (night < PLOT.gone) return count(4);
  if (night < PLOT.acknowledged) return "SIMULATED DEGRADED: 3 of 4 targets, 0 ours, 1 theirs, 0 regressions";
  if ((PLOT.keyExpired as readonly number[]).includes(night)) {
    return "SIMULATED DEGRADED: 2 of 3 targets, 1 ours, 0 theirs, 0 regressions";
  }
  if (night === PLOT.crashed) return "SIMULATED CRASHED: 1 of 3 targets, 1 ours, 0 theirs, 0 regressions";
  // As long as it lasts it is told, but wakes nobody again.
  if (night > PLOT.regression && night < PLOT.repaired) {
    const ours = night === PLOT.missed + 1 ? 1 : 0;
    return `SIMULATED REGRESSION: 3 of 3 targets, ${ours} ours, 0 theirs, 1 regression`;
  }
  return count(3);
}

describe("45 nights with a gone endpoint, an expired key, a crash, a missed night and one regression", () => {
  it("send one message each, in order", () => {
    const nights = Array.from({ length: PLOT.nights }, (_, night) => night).filter((night) => night !== PLOT.missed);
    expect(sent.map(({ record }) => [record.night, record.message.split(", $")[0]])).toEqual(
      nights.map((night) => [day(night), expected(night)]),
    );
  });

  it("page once: on the night after the regression, which is named with its size, interval and first night", () => {
    const pages = sent.filter(({ record }) => record.pages);
    expect(pages.map(({ on }) => on)).toEqual([day(PLOT.regression + 1)]);
    expect(pages[0]!.record.message).toMatch(
      new RegExp(
        `; sim-slowing ttft p50_all in chat-night \\+\\d\\d % \\(\\+\\d+ to \\+\\d+\\), \\d+ after \\d+ ms, since ${day(PLOT.regression)}; 1 acknowledged$`,
      ),
    );
    const [regression] = pages[0]!.record.regressions;
    expect(regression!.change.low).toBeLessThan(0.8);
    expect(regression!.change.high).toBeGreaterThan(0.8);
  });

  it("name in the message who is out, who is acknowledged as gone, and what is suspected before it is confirmed", async () => {
    const of = (night: number) => sent.find(({ record }) => record.night === day(night))!.record.message;
    expect(of(PLOT.gone)).toMatch(/; sim-leaving: endpoint gone \(theirs\)$/);
    expect(of(PLOT.keyExpired[0])).toMatch(/; sim-expiring: key refused \(ours\); 1 acknowledged$/);
    expect(of(PLOT.regression)).toMatch(/; 1 suspected; 1 acknowledged$/);
    const page = await readFile(join(results, "nights", day(PLOT.regression), "night.md"), "utf8");
    expect(page).toContain("Suspected, not confirmed: sim-slowing.");
  });

  it("say when it is over", () => {
    const of = (night: number) => sent.find(({ record }) => record.night === day(night))!.record.message;
    expect(of(PLOT.repaired)).toMatch(/; recovering: sim-slowing ttft; 1 acknowledged$/);
    expect(of(PLOT.repaired + 1)).toMatch(/; recovered: sim-slowing ttft; 1 acknowledged$/);
    expect(of(PLOT.repaired + 2)).not.toContain("sim-slowing");
  });

  it("say who has to act, since when, and what to do", () => {
    const of = (night: number) => sent.find(({ record }) => record.night === day(night))!.record.findings;
    expect(of(PLOT.gone + 1)).toMatchObject([
      { cause: "endpoint-gone", owner: "seller", target: "sim-leaving", since: day(PLOT.gone) },
    ]);
    expect(of(PLOT.acknowledged)).toEqual([]);
    expect(of(PLOT.missed + 1).filter(({ cause }) => cause === "missed")).toMatchObject([
      { owner: "us", since: day(PLOT.missed) },
    ]);
    expect(of(PLOT.keyExpired[1])).toMatchObject([
      {
        cause: "key-refused",
        owner: "us",
        target: "sim-expiring",
        since: day(PLOT.keyExpired[0]),
        next: "herdbench providers check sim-expiring",
      },
    ]);
  });

  it("close the crashed night by the next one, and name the missed one", () => {
    const crashed = sent.find(({ record }) => record.night === day(PLOT.crashed))!;
    expect(crashed.on).toBe(day(PLOT.crashed + 1));
    expect(crashed.record.message).toMatch(/closed late$/);
    const after = sent.find(({ record }) => record.night === day(PLOT.missed + 1))!;
    expect(after.record.missed).toEqual([day(PLOT.missed)]);
    expect(after.record.message).toMatch(new RegExp(`; missed ${day(PLOT.missed)}$`));
  });

  it("leave run folders and nights that are read as any other", async () => {
    const { nights, warnings } = await readNights(results, 100);
    expect([nights.length, warnings]).toEqual([PLOT.nights - 1, []]);
    expect(nights).toEqual(
      sent.map(({ record }) => ({ ...record, hooks: [{ hook: "onNight", ok: true, detail: "" }] })),
    );
    const runs = (await readdir(results)).filter((name) => name.endsWith("-nightly"));
    expect(runs).toHaveLength(PLOT.nights - 1);
    const record = await readRun(join(results, runs[0]!));
    expect(record.manifest.study).toMatchObject({ kind: "nightly", night: day(0), rerun: null });
    const page = await readFile(join(results, "nights", day(PLOT.regression + 1), "night.md"), "utf8");
    expect(page).toContain("(SIMULATED)");
    expect(page).toContain("covers only 02:00-02:01 UTC");
    expect(await readFile(join(results, runs[0]!, "report.md"), "utf8")).toContain("covers only 02:00-02:01 UTC");
  });

  it("can lose their raw files by age, and keep their summaries; a report is not made again of nothing", async () => {
    const lastMs = Date.parse(`${day(PLOT.nights - 1)}T03:00:00Z`);
    const before = await readNights(results, 100);
    const keepDays = PLOT.nights - 10;
    const removed = await removeOldRaw(results, keepDays, lastMs);
    expect(removed).toHaveLength(10);
    expect(await removeOldRaw(results, keepDays, lastMs)).toEqual([]);
    const old = join(results, removed[0]!);
    expect((await readdir(old)).toSorted()).toEqual([
      "comparison.csv",
      "manifest.json",
      "raw-removed.json",
      "report.html",
      "report.json",
      "report.md",
      "summary.csv",
    ]);
    await expect(readRun(old)).rejects.toThrow(/raw files of .* were removed for their age/);
    expect(await readNights(results, 100)).toEqual(before);
  });
});

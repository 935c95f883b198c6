import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nightExit } from "../../src/cli/nightly-exit.ts";
import type { NightRecord } from "../../src/core/night.ts";
import type { Analysis } from "../../src/measure/analysis.ts";
import { readNights } from "../../src/store/nights/nights.ts";
import { runSlot } from "../../src/study/nightly/procedure.ts";
import type { DeadRun, NightRules, NightSteps } from "../../src/study/nightly/steps.ts";
import { goldenAnalysis } from "../support/golden-files.ts";
import { check, measured, nightOf, nightPart, nightTarget } from "../support/nights.ts";
import { temporaryFolder } from "../support/temporary.ts";

const golden = await goldenAnalysis();
const asked = golden.manifest.targets.map(({ id, provider }) => ({
  target: id,
  provider,
  goneUntil: null,
  check: nightTarget(id).check,
}));

/** A run of one slot, measured. */
function analysisOf(night: string, slot: number, slots: number, isDead: boolean): Analysis {
  const manifest: Analysis["manifest"] = {
    ...golden.manifest,
    runId: `${night}-${slot}`,
    study: { kind: "nightly", night, slot, slots, rerun: null },
    end: isDead ? null : golden.manifest.end,
  };
  return { ...golden, manifest };
}

interface World {
  readonly rules: NightRules;
  readonly messages: string[];
  readonly caps: (number | null)[];
  dead: DeadRun[];
  readonly stopped: Map<string, DeadRun["manifest"]>;
  /** One slot at a moment; nothing when its process dies. */
  at(
    iso: string,
    of?: { readonly dies?: boolean; readonly stops?: boolean; readonly resumes?: boolean; readonly unfit?: boolean },
  ): Promise<NightRecord | null>;
}

function world(slots: readonly string[]): World {
  const rules: NightRules = {
    resultsDir: temporaryFolder(),
    slots,
    windowNights: 14,
    failureShareMax: 0.5,
    capUsd: 6,
    simulated: true,
  };
  const messages: string[] = [];
  const caps: (number | null)[] = [];
  const made: World = {
    rules,
    messages,
    caps,
    dead: [],
    stopped: new Map(),
    at: async (iso, { dies = false, stops = false, resumes = false, unfit = false } = {}) => {
      const steps: NightSteps = {
        nowMs: () => Date.parse(iso),
        check: () => Promise.resolve(asked),
        selfTest: () => Promise.resolve(unfit ? ["too slow"] : []),
        measure: ({ night, slot, slots: count }, _asked, capUsd) => {
          caps.push(capUsd);
          const analysis = analysisOf(night, slot, count, dies);
          if (stops) {
            const manifest = { ...analysis.manifest, end: { ...analysis.manifest.end!, reason: "interrupt" as const } };
            made.stopped.set(manifest.runId, manifest);
            return Promise.resolve({ ...analysis, manifest });
          }
          if (dies) made.dead.push({ path: "", manifest: analysis.manifest });
          return dies ? Promise.reject(new Error("killed")) : Promise.resolve(analysis);
        },
        runNamed: (runId) => {
          const manifest = made.stopped.get(runId);
          return Promise.resolve(manifest === undefined ? null : { path: "", manifest });
        },
        deadRuns: () => Promise.resolve(made.dead.splice(0)),
        resume: ({ manifest: { study } }) =>
          Promise.resolve(
            resumes && study?.kind === "nightly" ? analysisOf(study.night, study.slot, study.slots, false) : null,
          ),
        close: ({ manifest }) => Promise.resolve({ ...golden, manifest }),
        publish: () => Promise.resolve([]),
        tell: (record) => {
          messages.push(`${iso.slice(0, 10)}: ${record.night} ${record.status}`);
          return Promise.resolve([]);
        },
        ping: () => Promise.resolve([]),
      };
      const outcome = await runSlot(rules, steps).catch((error: unknown) => {
        if (dies) return null;
        throw error;
      });
      return outcome?.record ?? null;
    },
  };
  return made;
}

const THREE = ["00:00", "08:00", "16:00"];

describe("a night in three parts", () => {
  it("is told once, when its last part is done; each part has its share of the cap", async () => {
    const { at, messages, caps } = world(THREE);
    expect((await at("2026-11-25T00:01:00Z"))!.closed).toBe(false);
    expect((await at("2026-11-25T08:01:00Z"))!.closed).toBe(false);
    expect(messages).toEqual([]);
    const night = (await at("2026-11-25T16:01:00Z"))!;
    expect([night.closed, night.parts.map(({ slot }) => slot)]).toEqual([true, [1, 2, 3]]);
    expect(messages).toEqual([`2026-11-25: 2026-11-25 ${night.status}`]);
    const spent = night.spentUsd / 3;
    expect(caps).toEqual([2, expect.closeTo((6 - spent) / 2, 9), expect.closeTo(6 - 2 * spent, 9)]);
  });

  it("has its dead part closed by the next one, and says at its end that it crashed", async () => {
    const { at, messages, rules } = world(THREE);
    await at("2026-11-25T00:01:00Z");
    expect(await at("2026-11-25T08:01:00Z", { dies: true })).toBeNull();
    const night = (await at("2026-11-25T16:01:00Z"))!;
    expect(night.parts.map(({ state }) => state)).toEqual(["complete", "crashed", "complete"]);
    expect(messages).toEqual(["2026-11-25: 2026-11-25 CRASHED"]);
    expect((await readNights(rules.resultsDir, 9)).nights).toEqual([night]);
  });

  it("has its dead part gone on with within the same slot", async () => {
    const { at } = world(THREE);
    expect(await at("2026-11-25T00:01:00Z", { dies: true })).toBeNull();
    const night = (await at("2026-11-25T00:30:00Z", { resumes: true }))!;
    expect(night.parts.map(({ state }) => state)).toEqual(["complete"]);
    expect(night.findings.some(({ cause }) => cause === "crashed")).toBe(false);
  });

  it("goes on with a part that was stopped from outside, and leaves it where that cannot be", async () => {
    const { at, caps } = world(THREE);
    expect((await at("2026-11-25T00:01:00Z", { stops: true }))!.parts.map(({ state }) => state)).toEqual([
      "interrupted",
    ]);
    expect((await at("2026-11-25T00:20:00Z"))!.parts.map(({ state }) => state)).toEqual(["interrupted"]);
    expect((await at("2026-11-25T00:40:00Z", { resumes: true }))!.parts.map(({ state }) => state)).toEqual([
      "complete",
    ]);
    expect(caps).toHaveLength(1);
  });

  it("whose last part never came is told by the next night, before that one", async () => {
    const { at, messages, rules } = world(THREE);
    await at("2026-11-24T00:01:00Z");
    await at("2026-11-25T00:01:00Z");
    await at("2026-11-26T16:01:00Z");
    const { nights } = await readNights(rules.resultsDir, 9);
    expect(nights[1]!.findings.findLast(({ cause }) => cause === "missed")!.detail).toBe(
      "2026-11-25: nothing ran at 08:00, 16:00 UTC",
    );
    expect(messages.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "2026-11-25: 2026-11-24",
      "2026-11-26: 2026-11-25",
      "2026-11-26: 2026-11-26",
    ]);
  });

  it("whose machine was unfit may be tried again within the slot, and is not done twice after that", async () => {
    const { at, caps } = world(THREE);
    expect((await at("2026-11-25T00:01:00Z", { unfit: true }))!.status).toBe("INVALID");
    const night = (await at("2026-11-25T00:20:00Z"))!;
    expect(night.parts.map(({ state }) => state)).toEqual(["complete"]);
    expect(await at("2026-11-25T00:40:00Z")).toEqual(night);
    expect(caps).toHaveLength(1);
  });

  it("is refused while another one runs", async () => {
    const { at, rules } = world(THREE);
    await mkdir(join(rules.resultsDir, "nights"), { recursive: true });
    await writeFile(join(rules.resultsDir, "nights", "lock.json"), JSON.stringify({ pid: 1, host: "elsewhere" }));
    await expect(at("2026-11-25T00:01:00Z")).rejects.toThrow(/process 1 on elsewhere was writing/);
  });
});

describe("the exit code of a night", () => {
  const night = "2026-11-25";
  const good = nightTarget("good");
  const of = (...parts: Parameters<typeof nightOf>[1]): NightRecord => nightOf(night, parts);
  const failing = nightTarget("bad", { measured: measured({ succeeded: 20, failures: { overloaded: 20 } }) });
  it.each<[string, NightRecord, number]>([
    ["nothing wrong", of(nightPart(night, [good])), 0],
    ["a failing target", of(nightPart(night, [good, failing])), 3],
    [
      "a gone one",
      of(nightPart(night, [good, nightTarget("b", check({ verdict: "failed", failure: "not-found" }))])),
      3,
    ],
    ["one that its file dates as gone", of(nightPart(night, [good, nightTarget("b", check({ verdict: "gone" }))])), 0],
    ["an invalid part", of(nightPart(night, [good, failing], { invalid: ["late"] })), 4],
    ["a cap", of(nightPart(night, [good, failing], { state: "budget", invalid: ["late"] })), 5],
    ["an interrupt", of(nightPart(night, [good], { state: "interrupted" })), 130],
  ])("after %s", (_, record, code) => {
    expect(nightExit(record, true)).toBe(code);
  });

  it("after a regression is 1 where that was asked for", () => {
    const record: NightRecord = {
      ...of(nightPart(night, [good])),
      findings: [{ cause: "regression", owner: "seller", target: "good", since: night, detail: "", next: "" }],
    };
    expect([nightExit(record, false), nightExit(record, true)]).toEqual([0, 1]);
  });
});

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Load, OpenLoad } from "../../src/core/load.ts";
import type { Plan, Scenario } from "../../src/core/scenario.ts";
import { isOf, type Certificate } from "../../src/core/certificate.ts";
import { hostFacts } from "../../src/cli/manifest.ts";
import { readCertificate, writeCertificate } from "../../src/store/certificate.ts";
import { readRun } from "../../src/store/read.ts";
import { overloadTexts } from "../../src/report/certificate.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { arrangedFor, plannedStreams } from "../../src/study/arrangement.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { scenarioOf } from "../support/run-plan.ts";
import { temporaryFolder } from "../support/temporary.ts";

const HOST = { platform: "linux", arch: "x64", cpus: 2, cpuModel: "one", memoryBytes: 1, node: "v24.1.0" };
const CERTIFICATE: Certificate = {
  v: 1,
  certifiedAt: "2026-11-25T20:00:00.000Z",
  toolVersion: "0.1.0",
  host: HOST,
  limitMs: 5,
  plain: { streams: 400, eventsPerSecond: 14_000, errorMsP99: 3.5 },
  tls: { streams: 100, eventsPerSecond: 3600, errorMsP99: 4.5 },
};

const PLAIN = { baseUrl: "http://127.0.0.1:1/v1" };
const TLS = { baseUrl: "https://api.seller.example/v1" };
const SLO = { ttftMs: 6000, tpotMs: 175, e2eMs: null, percentile: 0.9 };

function closed(maxConcurrency: number): Plan {
  const load: Load = { kind: "closed", maxConcurrency, rampUpMs: 0, thinkTime: null };
  return planOf(scenarioOf({ load, stop: { requests: 5000, durationMs: null } }));
}

/** 300 tokens at the usual pace take 16 s. */
function open(load: Partial<OpenLoad>, changes: Partial<Scenario> = {}): Plan {
  const whole = { kind: "open", arrival: "constant", ratePerSecond: 2, maxInFlight: 1000, ...load } as OpenLoad;
  const stop = { requests: null, durationMs: 60_000 };
  const scenario = scenarioOf({ load: whole, stop, slo: SLO, ...changes });
  return planOf({ ...scenario, prompt: { ...scenario.prompt, outputTokens: 300 } });
}

describe("the answers at once that a plan asks of one target", () => {
  it("are the users of a closed loop, or its requests where those are fewer", () => {
    expect(plannedStreams(closed(12))).toBe(12);
    expect(plannedStreams(closed(9000))).toBe(5000);
  });
  it("follow from rate and length of an open one, by the pace of a large model or a stricter objective", () => {
    expect(plannedStreams(open({}))).toBe(32);
    expect(plannedStreams(open({}, { slo: { ...SLO, tpotMs: 20 } }))).toBe(14);
    expect(plannedStreams(open({}, { slo: { ...SLO, e2eMs: 5000 } }))).toBe(10);
    expect(plannedStreams(open({ maxInFlight: 7 }))).toBe(7);
  });
  it("are those of the busiest moment where the rate changes or comes in bursts", () => {
    expect(plannedStreams(open({ arrival: "steps", factors: [1, 4], burstiness: 1000 }))).toBeGreaterThan(4 * 30);
    expect(plannedStreams(open({ arrival: "ramp", toRatePerSecond: 10, burstiness: 1000 }))).toBeGreaterThan(4 * 32);
    const stop = { requests: null, durationMs: 600_000 };
    expect(plannedStreams(open({ arrival: "gamma", burstiness: 0.1 }, { stop }))).toBeGreaterThan(64);
  });
  it("are no more than there are", () => {
    expect(plannedStreams(open({ ratePerSecond: 1000 }, { stop: { requests: 6, durationMs: null } }))).toBe(6);
  });
  it("are none of a gateway, which answers in one piece", () => {
    const load: Load = { kind: "gateway", path: "models", connections: 5, ratesPerSecond: [], secondsPerRate: 1 };
    expect(plannedStreams(planOf(scenarioOf({ load })))).toBe(0);
  });
});

describe("the arrangement of a scenario", () => {
  it("stays paired up to what is certified", () => {
    const plan = closed(200);
    expect(arrangedFor(plan, [PLAIN, PLAIN], CERTIFICATE)).toEqual({ scenario: plan.scenario, overload: null });
  });
  it("becomes rotated above it, and says so with both figures", () => {
    const { scenario, overload } = arrangedFor(closed(201), [PLAIN, PLAIN], CERTIFICATE);
    expect(scenario.arrangement).toBe("rotated");
    expect(overloadTexts([overload!])).toEqual([
      "rotated automatically above the certified load of 400 answers at once: test (about 201 x 2 targets)",
    ]);
  });
  it("goes by what is certified over TLS when any target speaks it", () => {
    expect(arrangedFor(closed(60), [PLAIN, TLS], CERTIFICATE).scenario.arrangement).toBe("rotated");
  });
  it("cannot help where a single target is too much, nor where the machine failed altogether, and says that", () => {
    const one = arrangedFor(closed(500), [PLAIN], CERTIFICATE);
    expect(one.scenario.arrangement).toBe("paired");
    expect(overloadTexts([one.overload!])).toEqual([
      "above the certified load of 400 answers at once with one target alone, so the client may measure itself: test (about 500)",
    ]);
    const two = arrangedFor(closed(500), [PLAIN, PLAIN], CERTIFICATE);
    expect(two.scenario.arrangement).toBe("rotated");
    expect(overloadTexts([two.overload!])).toHaveLength(2);
    const failed = arrangedFor(closed(1), [PLAIN, PLAIN], { ...CERTIFICATE, plain: null });
    expect(failed.scenario.arrangement).toBe("paired");
    expect(overloadTexts([failed.overload!])).toEqual([
      expect.stringContaining("of 0 answers at once with one target"),
    ]);
  });
  it("has nothing to say of targets that take turns anyway, as long as each is within it", () => {
    const plan = closed(300);
    const rotated: Plan = { ...plan, scenario: { ...plan.scenario, arrangement: "rotated" } };
    expect(arrangedFor(rotated, [PLAIN, PLAIN], CERTIFICATE).overload).toBeNull();
  });
});

describe("a certificate", () => {
  it("speaks of one machine, runtime and version", () => {
    expect(isOf(CERTIFICATE, { ...HOST, memoryBytes: 2 }, "0.1.0")).toBe(true);
    expect(isOf(CERTIFICATE, HOST, "0.2.0")).toBe(false);
    for (const change of [
      { node: "v24.2.0" },
      { cpuModel: "two" },
      { cpus: 4 },
      { arch: "arm64" },
      { platform: "darwin" },
    ]) {
      expect(isOf(CERTIFICATE, { ...HOST, ...change }, "0.1.0")).toBe(false);
    }
  });
});

const RUN = ["run", "--target", "sim-fast", "sim-far", "--num-prompts", "6", "--input-len", "30", "--output-len", "8"];

describe("herdbench certify", () => {
  it("finds a load over plain HTTP and TLS, which a run then keeps to and has in its manifest", async () => {
    const cwd = temporaryFolder();
    // Any error passes here: how large it is depends on what else this machine does.
    const args = ["certify", "--limit", "60000", "--seconds", "0.2", "--streams", "2,4"];
    const { code, stdout } = await herdbench(args, { cwd });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/certified for 4 streams \(.*4 streams \(/),
    });
    const certificate = await readCertificate(join(cwd, "results"));
    expect(certificate!.tls).toMatchObject({ streams: 4, errorMsP99: expect.any(Number) });
    expect(certificate!.plain!.errorMsP99).toBeGreaterThan(0);
    expect(certificate!.plain!.eventsPerSecond).toBeGreaterThan(0);

    const ran = await herdbench([...RUN, "--max-concurrency", "3"], { cwd });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({
      code: orInvalid(0),
      stderr: expect.stringContaining("rotated automatically above the certified load of 4 answers at once: custom"),
    });
    const [name] = (await readdir(join(cwd, "results"))).filter((entry) => entry.endsWith("simulated"));
    const { manifest } = await readRun(join(cwd, "results", name!));
    expect(manifest.certificate).toEqual(certificate);
    expect(manifest.overloads).toEqual([
      { scenario: "custom", streamsEach: 3, targets: 2, streamsCertified: 4, isRotated: true },
    ]);
    expect(manifest.scenarios[0]!.scenario.arrangement).toBe("rotated");
    expect(JSON.parse(manifest.scenarios[0]!.text)).toMatchObject({ arrangement: "rotated" });
    const report = await readFile(join(cwd, "results", name!, "report.md"), "utf8");
    expect(report).toContain("rotated automatically above the certified load of 4 answers at once: custom");
    expect(report).toContain("this machine is certified for 4 answers at once over plain HTTP, 4 over TLS");
    expect((await readdir(join(cwd, "results"))).toSorted()).toEqual([name, "certificate.json"]);
  });
  it("says nothing of another machine", async () => {
    const cwd = temporaryFolder();
    const own = hostFacts();
    const host = { ...own, cpus: own.cpus + 1 };
    const path = await writeCertificate(join(cwd, "results"), { ...CERTIFICATE, host });
    const { stderr } = await herdbench([...RUN, "--max-concurrency", "3", "--dry-run"], { cwd });
    expect(stderr).toContain("is of another machine, Node or version: `herdbench certify` makes a new one");
    await writeFile(path, "{}");
    const refused = await herdbench([...RUN, "--max-concurrency", "3", "--dry-run"], { cwd });
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("is no certificate: remove it, or run `herdbench certify`"),
    });
  });
  it("certifies nothing where even the lightest load is too much, and ends as an invalid measurement does", async () => {
    const cwd = temporaryFolder();
    const args = ["certify", "--limit", "0.000001", "--seconds", "0.1", "--streams", "3,4", "--json"];
    const { code, stdout } = await herdbench(args, { cwd });
    expect({ code, certificate: JSON.parse(stdout) as unknown }).toEqual({
      code: 4,
      certificate: expect.objectContaining({ plain: null, tls: null, limitMs: 0.000001 }),
    });
  });
  it.for([
    ["1..4", "--streams: must be a list such as 100,200,400"],
    ["1,9000", "--streams: must be whole numbers up to 5000, not 9000"],
  ] as const)("refuses --streams %s", async ([streams, message]) => {
    const { code, stderr } = await herdbench(["certify", "--streams", streams], { cwd: temporaryFolder() });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});

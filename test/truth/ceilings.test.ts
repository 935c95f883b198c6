import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bareErrors, bareRun } from "../support/bare-client.ts";
import { scenarioOf } from "../support/run-plan.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { brokenCeilings, spreadsOf } from "../support/truth-ceilings.ts";
import { startTruthSimulator } from "../support/truth-simulator.ts";

const PROFILE = {
  ...INSTANT,
  ttft: { baseMs: 30, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 20, sigma: 0 },
};
const STREAMS = 20;
const SCENARIO = scenarioOf({
  outputTokens: 20,
  load: { kind: "open", arrival: "poisson", ratePerSecond: STREAMS, maxInFlight: STREAMS },
  stop: { requests: STREAMS, durationMs: null },
});
const LATE_MS = 20;

async function errorsOfBareSockets(deferMs?: number) {
  const simulator = await startTruthSimulator({ profiles: { bare: PROFILE } });
  const answers = await bareRun({
    simulator,
    profile: "bare",
    scenario: SCENARIO,
    ...(deferMs === undefined ? {} : { deferMs }),
  });
  const errors = bareErrors(answers, await simulator.stop());
  expect(errors).toHaveLength(STREAMS);
  expect(errors.map(({ eventsMs }) => eventsMs.length)).toEqual(errors.map(() => 20));
  return errors;
}

/** The tool as it is run by hand, on its shortest line. */
async function truth(...args: readonly string[]) {
  const tool = fileURLToPath(new URL("run.ts", import.meta.url));
  const only = ["--only", "http, 50 ms + 20 ms, 50 staggered"];
  const child = spawn(process.execPath, [tool, ...only, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { code: child.exitCode, said };
}

describe("the floor of bare sockets", () => {
  it("is never negative", async () => {
    const all = (await errorsOfBareSockets()).flatMap(({ ttftMs, e2eMs, eventsMs }) => [ttftMs, e2eMs, ...eventsMs]);
    expect(all.filter((ms) => !(ms > 0))).toEqual([]);
  });

  it("finds a client out that puts off its parsing, and so its stamps, by 20 ms", async () => {
    const bare = spreadsOf(await errorsOfBareSockets());
    const careless = spreadsOf(await errorsOfBareSockets(LATE_MS));
    expect(brokenCeilings(careless, { bare, idleMsP99: 0 }).join()).toMatch(/ttft p50.*event p50.*e2e p50/);
  });
});

describe("npm run truth", () => {
  it("ends with code 1 when content is stamped 20 ms late", async () => {
    const { code, said } = await truth("--attempts=1", `--plant-ms=${LATE_MS}`);
    for (const what of ["ttft p50", "event p50", "e2e p50"])
      expect(said).toContain(`PROBLEM http, 50 ms + 20 ms, 50 staggered: ${what} is `);
    expect(code).toBe(1);
  });

  it("ends with code 1 when content is stamped before it was written", async () => {
    const { code, said } = await truth("--attempts=1", `--plant-ms=-${LATE_MS}`);
    expect(said).toMatch(/PROBLEM .*: an error of -\d+\.\d+ ms: read before it was written/);
    expect(code).toBe(1);
  });

  it("finds nothing wrong in the client as it is", async () => {
    const { said } = await truth();
    // A busy machine spoils tails. What is early, miscounted, or late at half of all events is nobody's fault but ours.
    expect(said).toContain("| equal |");
    expect(said).not.toMatch(/PROBLEM .*(?:read before it was written|, truth |in the ledger|event p50)/);
  });
});

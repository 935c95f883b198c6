import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { refuseUnfitGateways } from "../../src/cli/gateway-fit.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import type { Wire } from "../../src/core/provider.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readRun } from "../../src/store/read.ts";
import { DIRECT } from "../../src/transport/route.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { scenarioOf, simulatedTarget } from "../support/run-plan.ts";
import { UNSIGNED } from "../support/sign-in.ts";
import { INSTANT } from "../support/simulator-client.ts";
import { temporaryFolder } from "../support/temporary.ts";

let simulator: Simulator;
beforeAll(async () => {
  const rateLimit = { ratePerSecond: 10, burst: 10, penaltyMs: 0, retryAfterS: "honest" } as const;
  simulator = await startSimulator({ seed: 1, profiles: { small: { ...INSTANT, rateLimit, apiKey: "planted-key" } } });
});
afterAll(() => simulator.close());

const LOAD = { kind: "gateway", path: "models", connections: 2, ratesPerSecond: [4], secondsPerRate: 2 };
const SCENARIO = {
  id: "mine",
  title: "Mine",
  source: "A test",
  prompt: null,
  load: LOAD,
  stop: { requests: 60 },
  warmups: 0,
  slo: { e2eMs: 1000, percentile: 0.9 },
  arrangement: "rotated",
  retry: { attempts: 3, on: ["rate-limited"], backoffMs: 10 },
  seed: 405,
};

/** Rows by the names of their columns. */
async function rowsOf(file: string): Promise<Record<string, string>[]> {
  const [head, ...rows] = parseCsv(await readFile(file, "utf8"));
  return rows.map((row) => Object.fromEntries(head!.map((name, at) => [name, row[at]!])));
}

it("a gateway scenario finds the limit of a real server, and being refused there fails no run", async () => {
  const cwd = temporaryFolder();
  await writeFile(join(cwd, "mine.json"), JSON.stringify(SCENARIO));
  const args = ["--base-url", `${simulator.url}/small/v1`, "--model", "llama-3.1-405b-instruct"];
  const env = { PLANTED: "planted-key" };
  const all = [...args, "--api-key-env", "PLANTED", "--scenario", "mine.json"];
  const { code, stdout } = await herdbench(["run", ...all], { cwd, env });
  expect(code).toEqual(orInvalid(0));
  const folder = join(cwd, "results", (await readdir(join(cwd, "results")))[0]!);
  const record = await readRun(folder);
  const { observations } = record;
  expect(observations.filter(({ attempt }) => attempt === 1)).toHaveLength(60);
  expect(observations.filter(({ failure }) => failure !== null && failure.kind !== "rate-limited")).toEqual([]);
  expect(observations.find(({ id }) => id.endsWith(":59:2"))).toMatchObject({
    outcome: "completed",
    slice: "flat out",
  });
  // What stands in the file is kept as it is, and reads back.
  expect(record.manifest.scenarios[0]!.text).toBe(JSON.stringify(SCENARIO));
  const rows = await rowsOf(join(folder, "summary.csv"));
  const cell = (metric: string, column: string) =>
    rows.find((row) => row["metric"] === metric && row["slice"] === "" && row["stat"] === "value")?.[column];
  expect(cell("retry_after_kept", "value")).toBe("1");
  expect(cell("limit_onset", "low")).toBe("4");
  const [comparison] = await rowsOf(join(folder, "comparison.csv"));
  expect(comparison).toMatchObject({ cache: "", ttft_ms_p50: "", planned: "60", load: "gateway models 4/s x 2" });
  expect(stdout + (await readFile(join(folder, "report.md"), "utf8"))).not.toContain("planted-key");
});

it("targets and gateway scenarios that do not go together are named before anything is sent", () => {
  const load = { ...LOAD, kind: "gateway", path: "chat" } as const;
  const scenarios = [scenarioOf({ id: "chat", load }), scenarioOf({ id: "list", load: { ...load, path: "models" } })];
  const { whole: _whole, ...streamsOnly } = openaiChat(PLAIN);
  const contender = (id: string, wire: Wire, route = DIRECT) => ({
    target: simulatedTarget("http://127.0.0.1:1", id),
    wire,
    route,
    ...UNSIGNED,
    metricsUrl: null,
    isModel: () => true,
    redact: (text: string) => text,
  });
  const proxied = { ...DIRECT, proxy: { origin: "http://proxy.example:3128", authorization: null } };
  const fine = contender("fine", openaiChat(PLAIN));
  const unfit = [
    contender("streams", streamsOnly),
    contender("steps", { ...openaiChat(PLAIN), follow: () => null }),
    contender("far", openaiChat(PLAIN), proxied),
  ];
  expect(() => refuseUnfitGateways([fine], scenarios)).not.toThrow();
  expect(() => refuseUnfitGateways(unfit, [scenarioOf({})])).not.toThrow();
  const problems = (() => {
    try {
      refuseUnfitGateways([fine, ...unfit], scenarios);
      return [];
    } catch (error) {
      return error instanceof UsageError ? error.problems : [];
    }
  })();
  const behind = "the load goes past the proxy http://proxy.example:3128";
  const without = "this provider's protocol has no such call here";
  expect(problems).toEqual([
    `streams, chat: does not apply: ${without}; leave one of the two out`,
    "steps, chat: does not apply: an answer takes several exchanges here; leave one of the two out",
    `far, chat: does not apply: ${behind}; leave one of the two out`,
    `streams, list: does not apply: ${without}; leave one of the two out`,
    `far, list: does not apply: ${behind}; leave one of the two out`,
  ]);
});

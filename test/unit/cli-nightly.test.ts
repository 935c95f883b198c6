import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tellNight } from "../../src/cli/nightly-hooks.ts";
import { recipe, RECIPES } from "../../src/cli/nightly-recipes.ts";
import type { NightRecord } from "../../src/core/night.ts";
import { nightlySchema } from "../../src/scenario/nightly-config.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { readNights } from "../../src/store/nights/nights.ts";
import { readRun } from "../../src/store/read.ts";
import { herdbench, orInvalid, startHerdbench } from "../support/herdbench.ts";
import { nightOf, nightPart, nightTarget } from "../support/nights.ts";
import { temporaryFolder } from "../support/temporary.ts";

const KEY = "not-a-real-key-4f3a9";
const SECRET_PATH = "T0B0-not-a-real-hook-81c2";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
}

let simulator: Simulator;
let hooks: Server;
const received: Received[] = [];
beforeAll(async () => {
  const FAST = {
    ...PROFILES["sim-fast"],
    ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: 1, sigma: 0 },
  };
  simulator = await startSimulator({
    seed: 1,
    profiles: {
      fast: FAST,
      locked: { ...FAST, apiKey: KEY },
      slow: { ...FAST, ttft: { baseMs: 300, perInputTokenMs: 0, sigma: 0 } },
    },
  });
  hooks = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      received.push({ method: request.method, url: request.url, body });
      response.writeHead(request.url?.includes("broken") === true ? 500 : 200).end("ok");
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => hooks.once("listening", resolve));
});
afterAll(async () => {
  hooks.close();
  await simulator.close();
});

const hookUrl = (path: string): string => `http://127.0.0.1:${(hooks.address() as AddressInfo).port}/${path}`;

const SCENARIO = {
  id: "night",
  title: "A short chat",
  source: "made up",
  prompt: { inputTokens: 40, outputTokens: 8, content: "prose", cache: "cold" },
  load: { kind: "closed", maxConcurrency: 2 },
  stop: { requests: 12 },
  warmups: 0,
  slo: { ttftMs: 1000, tpotMs: null, e2eMs: null, percentile: 0.9 },
  arrangement: "paired",
  seed: 405,
};

function target(id: string, profile: string, more: object = {}): object {
  const price = { inputUsdPerMtok: 1, outputUsdPerMtok: 2, asOf: "2026-11-01", source: "made up" };
  const baseUrl = `${simulator.url}/${profile}/v1`;
  return { id, provider: "openai-compatible", model: "llama-3.1-405b-instruct", baseUrl, price, ...more };
}

async function folderWith(config: object, scenario: object = SCENARIO): Promise<string> {
  const cwd = temporaryFolder();
  await writeFile(join(cwd, "night.json"), JSON.stringify(scenario));
  await writeFile(join(cwd, "herdbench.json"), JSON.stringify({ scenarios: ["night.json"], ...config }));
  return cwd;
}

async function onlyNight(cwd: string): Promise<NightRecord> {
  const { nights } = await readNights(join(cwd, "results"), 10);
  expect(nights).toHaveLength(1);
  return nights[0]!;
}

const NIGHTLY = ["nightly", "--no-self-test"];

describe("herdbench nightly", () => {
  it("measures who answers, names who does not and why, tells it once, and repeats nothing", async () => {
    received.length = 0;
    const cwd = await folderWith({
      targets: [
        target("fine", "fast"),
        target("expired", "locked", { apiKeyEnv: "EXPIRED_KEY" }),
        target("keyless", "fast", { apiKeyEnv: "NO_SUCH_KEY" }),
        target("gone", "nothing"),
        target("known", "nothing", { expect: { gone: true, until: "2999-12-31" } }),
      ],
      nightly: {
        maxCostUsd: 2,
        publishDir: "site",
        onNight: [
          "/bin/sh",
          "-c",
          'cat > told.txt; printf "%s" "$0" >> told.txt; env > env.txt',
          "{status} {night} {pages}",
        ],
        onNightUrlEnv: "NIGHT_URL",
        deadManUrlEnv: "DEAD_MAN_URL",
      },
    });
    const env = {
      EXPIRED_KEY: KEY.replace("4", "5"),
      NIGHT_URL: hookUrl(SECRET_PATH),
      DEAD_MAN_URL: hookUrl(`dead/${SECRET_PATH}`),
    };
    const { code, stdout } = await herdbench(NIGHTLY, { cwd, env });
    expect(code).toEqual(orInvalid(3));
    const night = await onlyNight(cwd);
    expect(
      night.findings
        .map(({ owner, cause, target: id }) => `${owner} ${cause} ${id}`)
        .filter((line) => !line.includes("client-slow")),
    ).toEqual(["us key-refused expired", "us key-missing keyless", "seller endpoint-gone gone"]);
    expect(night.message).toMatch(
      /^(DEGRADED: 1 of 4 targets, 2|INVALID: 1 of 4 targets, 3) ours, 1 theirs, 0 regressions, \$0\.\d+ of \$2; expired: key refused \(ours\); keyless: key missing \(ours\); gone: endpoint gone \(theirs\); 1 acknowledged$/,
    );
    expect(night.hooks).toEqual(
      (["deadManStart", "onNight", "onNightUrl", "deadManEnd"] as const).map((hook) => ({
        hook,
        ok: true,
        detail: "",
      })),
    );
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /dead/${SECRET_PATH}/start`,
      `POST /${SECRET_PATH}`,
      `GET /dead/${SECRET_PATH}`,
    ]);
    expect(JSON.parse(received[1]!.body)).toMatchObject({ text: night.message, night: night.night, pages: false });
    expect(await readFile(join(cwd, "told.txt"), "utf8")).toMatch(
      new RegExp(`\\n${night.status} ${night.night} false$`),
    );
    expect(await readFile(join(cwd, "env.txt"), "utf8")).not.toMatch(/EXPIRED_KEY|not-a-real/);
    expect(stdout).toContain(night.message);
    expect(night.publishing).toEqual([]);
    expect(await readdir(join(cwd, "site"))).toEqual(expect.arrayContaining(["index.html", "latest.csv", "feed.xml"]));
    const count = await herdbench(["history", "query", "SELECT count(*) AS runs FROM runs", "--csv", "--quiet"], {
      cwd,
    });
    expect(count.stdout).toBe("runs\n1\n");
    await rm(join(cwd, "env.txt"));
    const again = await herdbench(NIGHTLY, { cwd, env });
    expect(again.stdout).toContain("was done before: nothing was sent");
    expect(received).toHaveLength(3);
    const files = (await readdir(join(cwd, "results"), { recursive: true, withFileTypes: true })).filter((file) =>
      file.isFile(),
    );
    for (const file of files) {
      const text = await readFile(join(file.parentPath, file.name), "latin1");
      expect([file.name, text.includes(SECRET_PATH), text.includes(env.EXPIRED_KEY)]).toEqual([
        file.name,
        false,
        false,
      ]);
    }
    const rerun = await herdbench(["nightly", "--only", "fine", "--reason", "a disk was full"], { cwd, env });
    expect(rerun.code).toEqual(orInvalid(0));
    const runs = (await readdir(join(cwd, "results"))).filter((name) => name.endsWith("-nightly")).toSorted();
    expect(runs).toHaveLength(2);
    const summary = await readFile(join(cwd, "results", runs[1]!, "summary.csv"), "utf8");
    expect(
      summary
        .split("\n")
        .slice(1, -1)
        .every((line) => /\brerun\b/.test(line)),
    ).toBe(true);
    expect(await onlyNight(cwd)).toEqual(night);
  });

  it("goes on with a part whose process was killed", async () => {
    const cwd = await folderWith({ targets: [target("slow", "slow")] });
    const night = startHerdbench(NIGHTLY, { cwd });
    const results = join(cwd, "results");
    for (let i = 0; i < 600 && (await begun(results)) < 3; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    night.child.kill("SIGKILL");
    await night.ended;
    expect(await begun(results)).toBeGreaterThanOrEqual(3);
    const { code } = await herdbench(NIGHTLY, { cwd });
    expect(code).toEqual(expect.toBeOneOf([0, 3, 4]));
    const { parts, closed } = await onlyNight(cwd);
    expect([parts.length, parts[0]!.state, closed]).toEqual([1, "complete", true]);
    const record = await readRun(join(results, parts[0]!.runId!));
    expect(record.manifest.resumed).toHaveLength(1);
    expect(record.observations.length + record.lost.length).toBe(12);
  });

  it("never overlaps another night, and takes over from a dead one", async () => {
    const cwd = await folderWith({ targets: [target("fine", "fast")] });
    await mkdir(join(cwd, "results", "nights"), { recursive: true });
    const lock = join(cwd, "results", "nights", "lock.json");
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: hostname() }));
    const refused = await herdbench(NIGHTLY, { cwd });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/process \d+ is still writing results.nights/),
    ]);
    const { pid } = spawnSync("true");
    await writeFile(lock, JSON.stringify({ pid, host: hostname() }));
    expect((await herdbench(NIGHTLY, { cwd })).code).toEqual(orInvalid(0));
    expect((await onlyNight(cwd)).parts).toHaveLength(1);
  });

  it("says on a dry run what it would do, and sends nothing", async () => {
    const cwd = await folderWith({
      targets: [target("fine", "fast"), target("keyless", "fast", { apiKeyEnv: "NO_SUCH_KEY" })],
      slots: 2,
      nightly: { maxCostUsd: 2, onNightUrlEnv: "NO_SUCH_URL" },
    });
    const { code, stdout } = await herdbench(["nightly", "--dry-run"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^night \d{4}-\d\d-\d\d, slot [12] of 2 \(00:00 12:00 UTC\)\n/);
    expect(stdout).toContain("not asked: keyless: no API key: set the environment variable NO_SUCH_KEY");
    expect(stdout).toContain("hook: NO_SUCH_URL is not set");
    // Half of the requests, and of the money.
    expect(stdout).toMatch(/fine +night +6 /);
    expect(stdout).toContain("the run stops before $1 are spent");
    expect(await readdir(cwd)).toEqual(expect.not.arrayContaining(["results"]));
  });

  it("finds a mistake in a scenario before anything is sent or told", async () => {
    received.length = 0;
    const config = { targets: [target("fine", "fast")], nightly: { deadManUrlEnv: "DEAD_MAN_URL" } };
    const cwd = await folderWith(config, { ...SCENARIO, seed: "x" });
    const { code, stderr } = await herdbench(NIGHTLY, { cwd, env: { DEAD_MAN_URL: hookUrl("dead") } });
    expect([code, stderr, received]).toEqual([2, expect.stringContaining("night.json: seed: must be"), []]);
  });

  it("is not lost by a site that cannot be written", async () => {
    const cwd = await folderWith({ targets: [target("fine", "fast")], nightly: { publishDir: "site" } });
    await writeFile(join(cwd, "site"), "a file is in the way");
    expect((await herdbench(NIGHTLY, { cwd })).code).toEqual(orInvalid(0));
    const { findings, publishing } = await onlyNight(cwd);
    expect(publishing).toHaveLength(1);
    expect(findings.filter(({ cause }) => cause === "publishing")).toMatchObject([{ owner: "tool", target: null }]);
  });

  it("refuses a rerun without its reason", async () => {
    const cwd = await folderWith({ targets: [target("fine", "fast")] });
    const { code, stderr } = await herdbench(["nightly", "--only", "fine"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("--only and --reason go together")]);
  });
});

/** Requests that have left, by what the kernel has. */
async function begun(results: string): Promise<number> {
  const [run] = (await readdir(results).catch(() => [])).filter((name) => name.endsWith("-nightly"));
  if (run === undefined) return 0;
  const text = await readFile(join(results, run, "intents.ndjson"), "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

describe("hooks", () => {
  const night = nightOf("2026-11-25", [nightPart("2026-11-25", [nightTarget("good")])]);
  const tools = (env: NodeJS.ProcessEnv, limitMs = 60_000) => ({
    env,
    secretNames: [],
    limitMs,
    exchange: () => Promise.reject(new Error("nothing is asked here")),
  });
  const config = (onNight: readonly string[]) => nightlySchema.parse({ onNight });

  it("that fail, hang or are not there are named, and nothing else happens", async () => {
    const tell = (onNight: readonly string[], limitMs?: number) =>
      tellNight(night, config(onNight), tools({ MY_API_KEY: KEY }, limitMs));
    expect(await tell(["/bin/sh", "-c", `echo no ${KEY} >&2; exit 3`])).toEqual([
      { hook: "onNight", ok: false, detail: "/bin/sh ended with 3: no [redacted]" },
    ]);
    expect(await tell(["/bin/sh", "-c", "sleep 600"], 200)).toEqual([
      { hook: "onNight", ok: false, detail: "/bin/sh took over 0.2 s and was ended" },
    ]);
    expect(await tell(["/no/such/command"])).toMatchObject([
      { ok: false, detail: expect.stringContaining("cannot be run") },
    ]);
    expect(await tell(["/bin/true"])).toEqual([{ hook: "onNight", ok: true, detail: "" }]);
  });

  it("whose variable holds no URL are named by the variable alone", async () => {
    const only = nightlySchema.parse({ onNightUrlEnv: "NIGHT_URL" });
    expect(await tellNight(night, only, tools({ NIGHT_URL: SECRET_PATH }))).toEqual([
      { hook: "onNightUrl", ok: false, detail: "NIGHT_URL holds no http or https URL" },
    ]);
  });

  it("that answer with an error are named without their address", async () => {
    const cwd = await folderWith({ targets: [target("fine", "fast")], nightly: { onNightUrlEnv: "NIGHT_URL" } });
    const { stderr } = await herdbench(NIGHTLY, { cwd, env: { NIGHT_URL: hookUrl(`broken/${SECRET_PATH}`) } });
    expect(stderr).toContain("herdbench: the hook onNightUrl failed: NIGHT_URL: answered with HTTP 500");
    expect(stderr).not.toContain(SECRET_PATH);
    expect((await onlyNight(cwd)).hooks).toMatchObject([{ hook: "onNightUrl", ok: false }]);
  });
});

describe("ready files", () => {
  it.each(RECIPES)("%s names each slot or none, and holds no key", (kind) => {
    const text = recipe(kind, ["02:00", "10:30"], "/srv/our nights");
    expect(text).toMatch(/herdbench/);
    const isTimed = kind === "systemd-timer" || kind === "cron" || kind === "github";
    expect(/10:30|30 10/.test(text)).toBe(isTimed);
  });

  it("are the workflow that ships with the project", async () => {
    const shipped = await readFile(join(import.meta.dirname, "../../.github/workflows/nightly.yml"), "utf8");
    expect(shipped).toBe(recipe("github", [], "/srv"));
  });

  it("hold shell that a shell can read", () => {
    const [line = ""] = recipe("cron", [], "/srv/it's")
      .split("\n")
      .filter((one) => one.includes("nightly"));
    const commands = [line.split(" ").slice(5).join(" ")];
    const workflow = recipe("github", [], "/srv");
    for (const [, block = ""] of workflow.matchAll(/run: \|\n((?: {10}.*\n)+)/g)) commands.push(block);
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      expect(spawnSync("bash", ["-n"], { input: command, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    }
  });
});

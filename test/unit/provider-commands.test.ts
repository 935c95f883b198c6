import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckRow } from "../../src/cli/check-row.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { GOOD_ANSWER, streamHead, wireServer } from "../support/wire-server.ts";

const KEY = "not-a-real-key-51ac0";
const FAST = {
  ...PROFILES["sim-fast"],
  ttft: { baseMs: 5, perInputTokenMs: 0, sigma: 0 },
  interEvent: { meanMs: 1, sigma: 0 },
};
const PRICE = {
  kind: "tokens",
  inputUsdPerMtok: 2,
  outputUsdPerMtok: 2,
  asOf: "2020-01",
  source: "an old page",
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, profiles: { fast: FAST, locked: { ...FAST, apiKey: KEY } } });
});
afterAll(() => simulator.close());

/** A folder with one provider file. */
function shop(fields: object, model: object): string {
  const folder = temporaryFolder();
  const file = {
    id: "shop",
    name: "Shop",
    signIn: { scheme: "bearer", env: ["SHOP_KEY"] },
    models: { "llama-3.1-405b-instruct": { id: "big", price: PRICE, ...model } },
    ...fields,
  };
  writeFileSync(join(folder, "shop.json"), JSON.stringify(file));
  return folder;
}

async function check(folder: string, key: string, ...flags: string[]): Promise<{ code: number | null; row: CheckRow }> {
  const { code, stdout, stderr } = await herdbench(
    ["providers", "check", "shop", "--providers-dir", folder, "--json", ...flags],
    { cwd: temporaryFolder(), env: { SHOP_KEY: key } },
  );
  expect(stderr).toBe("");
  expect(stdout).not.toContain(KEY);
  return { code, row: (JSON.parse(stdout) as CheckRow[])[0]! };
}

describe("herdbench run --provider", () => {
  const run = (folder: string) =>
    herdbench(["run", "--provider", "shop", "--providers-dir", folder, "--price", "1,1", "--dry-run"], {
      cwd: temporaryFolder(),
      env: { SHOP_KEY: KEY },
    });
  it("refuses a model that the seller has no id for, and names those that it has", async () => {
    const folder = shop(
      {
        baseUrl: "https://shop.example/v1",
        models: {
          "llama-3.1-405b-instruct": { status: "never-listed", statusNote: "no 405B was found" },
          "llama-3.1-70b-instruct": { id: "middle", source: "its page" },
        },
      },
      {},
    );
    expect(await run(folder)).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "herdbench: target shop: no id is known for llama-3.1-405b-instruct (never-listed: no 405B was found); " +
        "it has llama-3.1-70b-instruct: choose with --model\n",
    });
  });
  it("lets a server of the user's own be called by the model's name", async () => {
    const folder = shop({ baseUrl: "https://shop.example/v1" }, { id: null, status: "self-hosted" });
    expect((await run(folder)).code).toBe(0);
  });
});

describe("herdbench providers list", () => {
  it("tells the age and the disagreement of prices, and which key is missing", async () => {
    const folder = shop(
      { baseUrl: "https://shop.example/v1" },
      {
        status: "listed",
        otherPrices: [{ ...PRICE, inputUsdPerMtok: 3, source: "another page" }],
      },
    );
    const { code, stdout } = await herdbench(["providers", "list", "--providers-dir", folder], {
      cwd: temporaryFolder(),
      env: { SHOP_KEY: "" },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/shop +listed +\$2, \$2 +2020-01 stale disputed +never +SHOP_KEY missing/);
  });

  it("shows the gone ones, with their date, only when asked", async () => {
    const folder = shop({ baseUrl: "https://shop.example/v1" }, { status: "retired", retiredOn: "2026-07-07" });
    const list = async (...flags: string[]): Promise<string> =>
      (await herdbench(["providers", "list", "--providers-dir", folder, ...flags], { cwd: temporaryFolder() })).stdout;
    expect(await list()).not.toMatch(/^shop /m);
    expect(await list("--all")).toMatch(/shop +retired +2026-07-07/);
  });
});

describe("herdbench providers show", () => {
  it("says `not found` for what nobody knows", async () => {
    const folder = shop({ baseUrl: "https://shop.example/v1" }, {});
    const { stdout } = await herdbench(["providers", "show", "shop", "--providers-dir", folder], {
      cwd: temporaryFolder(),
    });
    expect(stdout).toMatch(/precision +not found/);
    expect(stdout).toMatch(/price +\$2, \$2 as of 2020-01 \(an old page\)/);
  });
});

describe("herdbench providers check", () => {
  it("is ok where one call is answered, and says what it told", async () => {
    const { code, row } = await check(shop({ baseUrl: `${simulator.url}/locked/v1` }, {}), KEY);
    expect(code).toBe(0);
    expect(row).toMatchObject({ verdict: "ok", failure: null, usage: { output: 16 } });
    expect(row.tcpMs).toBeGreaterThan(0);
    expect(row.ttftMs).toBeGreaterThan(0);
    expect(row.usd).toBeCloseTo((2 * (row.usage!.input! + 16)) / 1e6, 9);
  });

  it("names a wrong key as auth, exit 3", async () => {
    const { code, row } = await check(shop({ baseUrl: `${simulator.url}/locked/v1` }, {}), "a-wrong-key-000000");
    expect({ code, ...row }).toMatchObject({ code: 3, verdict: "failed", failure: "auth" });
  });

  it("takes a retired model that is not found for a normal row", async () => {
    const body = JSON.stringify({ error: { message: "The model does not exist" } });
    const server = await wireServer((socket) => {
      socket.end(
        `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    });
    const gone = shop({ baseUrl: `${server.origin}/v1` }, { status: "retired", retiredOn: "2026-07-07" });
    const { code, row } = await check(gone, "any-key-at-all");
    const listed = await check(shop({ baseUrl: `${server.origin}/v1` }, { status: "listed" }), "any-key-at-all");
    await server.close();
    expect({ code, ...row }).toMatchObject({
      code: 0,
      verdict: "gone",
      failure: "not-found",
      note: "retired 2026-07-07",
    });
    expect({ code: listed.code, ...listed.row }).toMatchObject({ code: 3, verdict: "failed", failure: "not-found" });
  });

  it("asks nobody of unknown price unless the cap is lifted", async () => {
    const folder = shop({ baseUrl: `${simulator.url}/fast/v1` }, { price: { kind: "unknown", reason: "not found" } });
    expect((await check(folder, "any-key-at-all")).row).toMatchObject({ verdict: "not asked" });
    expect((await check(folder, "any-key-at-all", "--max-cost", "none")).row).toMatchObject({ verdict: "ok" });
  });

  it("names the variable of a missing key, exit 2", async () => {
    const folder = shop({ baseUrl: `${simulator.url}/locked/v1` }, {});
    const { code, stderr } = await herdbench(["providers", "check", "shop", "--providers-dir", folder], {
      cwd: temporaryFolder(),
      env: { SHOP_KEY: "" },
    });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "herdbench: shop: no API key: set the environment variable SHOP_KEY\n",
    });
  });
});

describe("herdbench providers check without names", () => {
  it("asks the targets of herdbench.json and holds their limits against its scenarios", async () => {
    const head = ["x-ratelimit-limit-requests: 30", "x-ratelimit-limit-tokens: 1000"];
    const server = await wireServer((socket) => {
      socket.write(streamHead(head));
      socket.end(GOOD_ANSWER);
    });
    const cwd = temporaryFolder();
    const target = {
      id: "mine",
      provider: "openai-compatible",
      model: "big",
      baseUrl: `${server.origin}/v1`,
      price: { inputUsdPerMtok: 1, outputUsdPerMtok: 1, asOf: "2026-11-01" },
    };
    writeFileSync(join(cwd, "herdbench.json"), JSON.stringify({ targets: [target], scenarios: ["chat-short"] }));
    const { stdout } = await herdbench(["providers", "check", "--json"], { cwd });
    await server.close();
    const [row] = JSON.parse(stdout) as CheckRow[];
    expect(row).toMatchObject({ target: "mine", verdict: "ok", rateLimit: { limitRequests: 30, limitTokens: 1000 } });
    expect(row!.quotaLimited.map(({ of, limit }) => [of, limit])).toEqual([
      ["requests", 30],
      ["tokens", 1000],
    ]);
    expect(row!.note).toMatch(/chat-short needs \d+ requests within 60 s, the limit is 30/);
  });

  it("refuses what could cost more than the cap, before the first byte", async () => {
    const folder = shop({ baseUrl: `${simulator.url}/fast/v1` }, {});
    const { code, stderr } = await herdbench(
      ["providers", "check", "shop", "--providers-dir", folder, "--max-cost", "0.00001"],
      { cwd: temporaryFolder(), env: { SHOP_KEY: "any-key-at-all" } },
    );
    expect(code).toBe(2);
    expect(stderr).toContain("more than --max-cost 0.00001: name fewer, or raise it");
  });
});

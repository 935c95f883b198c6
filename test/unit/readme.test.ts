import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLOUD_IDS } from "../../src/simulator/planted.ts";
import { PROFILES } from "../../src/simulator/profile.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { herdbench, orInvalid } from "../support/herdbench.ts";
import { withGlossary } from "../support/readme.ts";
import { resultsReadme } from "../support/results-readme.ts";
import { temporaryFolder } from "../support/temporary.ts";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("has the glossary of the catalogue (mend: node test/support/write-readme.ts)", () => {
    expect(withGlossary(readme)).toBe(readme);
  });

  it("has a dictionary of all columns beside the runs (mend: node test/support/write-readme.ts)", async () => {
    expect(await readFile(new URL("../../results/README.md", import.meta.url), "utf8")).toBe(resultsReadme());
  });

  it("shows a real first screen of 80 columns", () => {
    const screen = /```\n(herdbench [\s\S]*?)```/.exec(readme)![1]!;
    expect(screen).toMatch(/^herdbench \d+\.\d+ {2}SIMULATED /);
    expect(screen.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(readme).not.toContain("@@");
  });

  it("has a one-line command that works as it stands", async () => {
    const simulator = await startSimulator({ seed: 1, profiles: { fast: PROFILES["sim-fast"] } });
    const line = /^ {4}npx herdbench (run --base-url .*)$/m.exec(readme)![1]!;
    const args = line.replace("http://127.0.0.1:8080/v1", `${simulator.url}/fast/v1`).split(" ");
    const { code, stdout } = await herdbench(args, { cwd: temporaryFolder() });
    await simulator.close();
    expect({ code, stdout }).toEqual({
      code: orInvalid(0),
      stdout: expect.stringMatching(/1 target x 50 requests/) as string,
    });
  });

  it("has a config that is accepted", async () => {
    const cwd = temporaryFolder();
    await writeFile(join(cwd, "herdbench.json"), /```json\n([\s\S]*?)```/.exec(readme)![1]!);
    const { code, stdout, stderr } = await herdbench(["run", "--dry-run", "--json"], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { rows } = JSON.parse(stdout) as { rows: { target: string; scenario: string; usd: number | null }[] };
    expect(rows.map(({ target, scenario, usd }) => [target, scenario, usd !== null])).toEqual([
      ["seller", "chat-short", true],
      ["dedicated", "chat-short", false],
      ["our-vllm", "chat-short", false],
    ]);
  });

  it("has a config of nights that is accepted", async () => {
    const cwd = temporaryFolder();
    const text = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].find(([, json]) => json!.includes('"nightly"'))![1]!;
    await writeFile(join(cwd, "herdbench.json"), text);
    const env = { SELLER_API_KEY: "not-a-real-key", NIGHT_WEBHOOK_URL: "", NIGHT_DEAD_MAN_URL: "http://127.0.0.1:1" };
    const { code, stdout } = await herdbench(["nightly", "--dry-run"], { cwd, env });
    expect(code).toBe(0);
    expect(stdout).toContain("acknowledged as gone until 2027-03-31: seller");
    expect(stdout).toContain("hook: NIGHT_WEBHOOK_URL is not set");
    expect(stdout).toContain("cap of the night $6, over 8 slots");
  });

  it("has a command that plays every cloud, each signing in", async () => {
    const line = /^ {4}npx herdbench (run --target simulator:.*)$/m.exec(readme)![1]!;
    const { code, stdout } = await herdbench([...line.split(" "), "--dry-run", "--json"], { cwd: temporaryFolder() });
    const { rows } = JSON.parse(stdout) as { rows: { target: string }[] };
    const names = rows.map(({ target }) => target.replace("simulator:", ""));
    expect([code, names.toSorted()]).toEqual([0, [...CLOUD_IDS, "azure-ai", "databricks"].toSorted()]);
    for (const id of names) expect(readme.slice(readme.indexOf("## The big clouds"))).toContain(`\`${id}\``);
  });

  it("names only commands that exist", async () => {
    const commands = [...readme.matchAll(/`npx herdbench ([a-z]+)/g)].map((match) => match[1]!);
    for (const command of new Set(commands)) {
      expect((await herdbench([command, "--help"], { cwd: temporaryFolder() })).code).toBe(0);
    }
  });
});

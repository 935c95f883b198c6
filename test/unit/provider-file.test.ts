import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { providerIds, loadProvider } from "../../src/registry.ts";
import { parseProvider } from "../../src/scenario/provider-file.ts";

describe("provider files", () => {
  it("that ship are all accepted, with an id equal to the file name", async () => {
    const ids = await providerIds(null);
    expect(ids.length).toBeGreaterThanOrEqual(36);
    expect((await Promise.all(ids.map((id) => loadProvider(id, null)))).map(({ id }) => id)).toEqual(ids);
  });

  it("are refused with every problem at once", async () => {
    const good = JSON.parse(await readFile("providers/openai-compatible.json", "utf8")) as object;
    const bad = {
      ...good,
      baseUrl: "nowhere",
      endpoint: "chat",
      signIn: { scheme: "bearer", env: ["my key"] },
      dialekt: {},
    };
    const parsed = parseProvider(JSON.stringify(bad), "openai-compatible.json");
    expect(parsed.ok).toBe(false);
    const problems = parsed.ok ? [] : parsed.problems;
    for (const path of ["baseUrl", "endpoint", "signIn.env[0]", "dialekt"]) {
      expect(problems.filter((line) => line.startsWith(`${path}: `))).toHaveLength(1);
    }
    expect(problems).toHaveLength(4);
  });

  it("are refused under another name", async () => {
    const text = await readFile("providers/simulator.json", "utf8");
    expect(parseProvider(text, "other.json")).toMatchObject({
      ok: false,
      problems: [expect.stringContaining("other.json")],
    });
  });
});

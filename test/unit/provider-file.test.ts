import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { providerIds, loadProvider } from "../../src/registry.ts";
import { parseProvider } from "../../src/scenario/provider-file.ts";
import { JSON_SCHEMAS } from "../../src/scenario/schema.ts";

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

  it("can be as short as the one in the README, which is accepted and can be played", async () => {
    const readme = await readFile("providers/README.md", "utf8");
    const [, example = ""] = /```json\n([^]*?)```/.exec(readme) ?? [];
    const parsed = parseProvider(example, "seller.json");
    expect(parsed).toMatchObject({ ok: true, provider: { id: "seller", dialect: { maxTokensField: "max_tokens" } } });
  });

  it("have words that the README explains", async () => {
    const readme = await readFile("providers/README.md", "utf8");
    const schema = JSON.stringify(JSON_SCHEMAS["provider.schema.json"]);
    const words = [
      "listed",
      "unverified",
      "retired",
      "delisted",
      "dedicated",
      "self-hosted",
      "never-listed",
      "unknown",
    ];
    for (const word of [...words, "recorded", "published", "constructed", "none"]) {
      expect(schema).toContain(`"${word}"`);
      expect(readme).toContain(`| \`${word}\` |`);
    }
  });
});

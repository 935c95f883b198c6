import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { herdbench } from "../support/herdbench.ts";
import { temporaryFolder } from "../support/temporary.ts";

/* What is heavy is loaded by those alone who need it. */

async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const preload = join(import.meta.dirname, "../support/print-loaded.ts");
  const env = { NODE_OPTIONS: `--import ${preload}` };
  const { stderr } = await herdbench(args, { cwd: temporaryFolder(), env });
  return /\nloaded (.*)\n/.exec(stderr)?.[1]?.split(" ") ?? [];
}

describe("what the program loads", () => {
  it.each([[["--help"]], [["run", "--help"]], [["--version"]]])("for %j is the command line alone", async (args) => {
    expect(await loadedBy(...args)).toEqual(["commander"]);
  });

  it("to sign a request is loaded for the provider that signs alone", async () => {
    const few = ["--num-prompts", "1", "--max-concurrency", "1", "--input-len", "20", "--output-len", "4", "--quiet"];
    const run = (id: string) => loadedBy("run", "--target", `simulator:${id}`, ...few);
    expect(await run("bedrock")).toEqual(expect.arrayContaining(["aws4fetch", "providers/bedrock.ts", "undici"]));
    for (const id of ["vertex", "oci", "snowflake", "watsonx"]) {
      const loaded = await run(id);
      expect(loaded).toContain("undici");
      expect(loaded).toContain(`providers/${id}.ts`);
      expect(loaded).not.toContain("aws4fetch");
      expect(loaded.filter((name) => name.startsWith("providers/"))).toEqual([`providers/${id}.ts`]);
    }
    expect((await run("groq")).filter((name) => name.startsWith("providers/"))).toEqual([]);
  });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { herdbench } from "../support/herdbench.ts";
import { UNSAFE_PATTERN } from "../support/hostile-texts.ts";
import { temporaryFolder } from "../support/temporary.ts";

it("an error that quotes a file of somebody else's moves no cursor and turns no text", async () => {
  const cwd = temporaryFolder();
  await writeFile(join(cwd, "herdbench.json"), JSON.stringify({ targets: [], "\u001b]0;x\u0007\u202eevil\n": 1 }));
  const { code, stderr } = await herdbench(["run"], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain("evil");
  expect(stderr.replaceAll("\n", "")).not.toMatch(UNSAFE_PATTERN);
});

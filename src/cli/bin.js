#!/usr/bin/env node
// Plain JavaScript that an old Node can parse, so that it says what is wrong instead of failing on newer syntax.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `herdbench: needs Node.js 22.19 or newer, this is ${process.versions.node}: ` +
      "install one from https://nodejs.org, or in a clone run `npm ci`, which brings one, and then `npx herdbench`\n",
  );
  process.exitCode = 2;
} else {
  // A clone runs its sources, so that no stale build is ever measured; the published package holds the build alone.
  const inClone = existsSync(new URL("./main.ts", import.meta.url));
  const { main } = await (inClone ? import("./main.ts") : import("../../dist/src/cli/main.js"));
  process.exitCode = await main(process.argv.slice(2));
}

#!/usr/bin/env node
// Plain JavaScript that an old Node can parse, so that it says what is wrong instead of failing on newer syntax.
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";

// Node's diagnostic reports list the environment, and the environment holds the keys.
if (process.report) process.report.excludeEnv = true;

// A reader may go away early, as `| head` does: what is written from then on is lost, and nothing else.
for (const screen of [process.stdout, process.stderr]) {
  screen.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
}

// A clone runs its sources, so that no stale build is ever measured; the published package holds the build alone.
const inClone = existsSync(new URL("./main.ts", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  refuse(
    `needs Node.js 22.19 or newer, this is ${process.versions.node}: ` +
      (inClone ? "run `npm ci`, which brings one, then `npx herdbench`" : "install one from https://nodejs.org"),
  );
} else if (inClone && !existsSync(new URL("../../node_modules", import.meta.url))) {
  refuse("its dependencies are not installed: run `npm ci` first");
} else {
  // Types are stripped and code is compiled once, not at every start.
  enableCompileCache();
  const { main } = await (inClone ? import("./main.ts") : import("../../dist/src/cli/main.js"));
  process.exitCode = await main(process.argv.slice(2));
}

function refuse(reason) {
  process.stderr.write(`herdbench: ${reason}\n`);
  process.exitCode = 2;
}

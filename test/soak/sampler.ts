import { appendFileSync, readdirSync } from "node:fs";
import type { SoakSample } from "./judge.ts";

/**
 * Preloaded into the program under test: writes down, every so often, what it holds after a full collection. To a file,
 * because its own outputs are the program's.
 */
const { SOAK_FILE: file, SOAK_EVERY_MS: everyMs } = process.env;
const collect = globalThis.gc;

if (file !== undefined && collect !== undefined) {
  const sample = (): void => {
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    const taken: SoakSample = {
      atS: process.uptime(),
      rssBytes: rss,
      heapBytes: heapUsed,
      handles: process.getActiveResourcesInfo().length,
      descriptors: readdirSync("/proc/self/fd").length,
    };
    appendFileSync(file, `${JSON.stringify(taken)}\n`);
  };
  setInterval(sample, Number(everyMs)).unref();
}

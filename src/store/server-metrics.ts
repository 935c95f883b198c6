import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ServerScrape } from "../core/server-metrics.ts";
import { writeAtomically } from "./atomic.ts";
import { SERVER_METRICS_FILE } from "./files.ts";
import type { Same } from "./same.ts";
import { errorCode, storeError } from "./store-error.ts";

const histograms = z.array(z.object({ name: z.string(), sum: z.number(), count: z.number() })).nullable();
const scrape = z.object({
  target: z.string(),
  url: z.string(),
  before: histograms,
  after: histograms,
  problem: z.string().nullable(),
});
const fileSchema = z.object({ v: z.literal(1), scrapes: z.array(scrape) });

true satisfies Same<z.infer<typeof scrape>[], ServerScrape[]>;

/** Writes `server-metrics.json`. Throws StoreError. */
export async function writeServerMetrics(folder: string, scrapes: readonly ServerScrape[]): Promise<void> {
  await writeAtomically(join(folder, SERVER_METRICS_FILE), `${JSON.stringify({ v: 1, scrapes }, null, 2)}\n`);
}

/** Reads it; no scrapes where there is no such file, and a warning where it is damaged. Throws StoreError when the disk refuses. */
export async function readServerMetrics(
  folder: string,
): Promise<{ readonly scrapes: readonly ServerScrape[]; readonly warnings: readonly string[] }> {
  const path = join(folder, SERVER_METRICS_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return { scrapes: [], warnings: [] };
    throw storeError("read", path, cause);
  }
  const parsed = fileSchema.safeParse(jsonOf(text));
  return parsed.success
    ? { scrapes: parsed.data.scrapes, warnings: [] }
    : { scrapes: [], warnings: [`${SERVER_METRICS_FILE} is damaged and was skipped`] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

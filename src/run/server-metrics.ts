import { failure } from "../core/failure.ts";
import type { Timeouts } from "../core/run.ts";
import type { Histogram, ServerScrape } from "../core/server-metrics.ts";
import { histogramsOf } from "../protocol/prometheus.ts";
import type { Time } from "../time/time.ts";
import { exchange } from "../transport/exchange.ts";
import { openPool } from "../transport/pool.ts";
import type { Route } from "../transport/route.ts";
import type { Contender } from "./contender.ts";

/** A page of metrics on a local network: what takes longer is not waited for. */
const LIMITS: Timeouts = { connectMs: 2000, firstContentMs: 5000, idleMs: 5000, totalMs: 5000 };
const PAGE_BYTES_MAX = 16 * 1024 * 1024;

type Asked = Pick<Contender, "target" | "metricsUrl" | "route">;
/** One reading: histograms, or why there are none. */
type Page = { readonly histograms: readonly Histogram[] } | { readonly problem: string };

/**
 * Reads the own metrics of those targets that have any, now; the returned function reads them again. Both are called outside
 * timed parts: a scrape costs the engine work. Never throws: what cannot be read says why.
 */
export async function scrapeServers(
  contenders: readonly Asked[],
  time: Time,
): Promise<() => Promise<readonly ServerScrape[]>> {
  const asked = contenders.flatMap(({ target, metricsUrl, route }) =>
    metricsUrl === null ? [] : [{ target: target.id, url: metricsUrl, route }],
  );
  const readAll = (): Promise<readonly Page[]> =>
    Promise.all(asked.map(({ url, route }) => readPage(url, route, time)));
  const before = await readAll();
  return async () => {
    const after = await readAll();
    return asked.map(({ target, url }, i) => {
      const [first, last] = [before[i]!, after[i]!];
      const problem = problemOf(first) ?? problemOf(last) ?? (histogramsIn(last)?.length === 0 ? NO_HISTOGRAMS : null);
      return problem === null
        ? { target, url, before: histogramsIn(first), after: histogramsIn(last), problem }
        : { target, url, before: null, after: null, problem };
    });
  };
}

/** Before its first request an engine may show none; after it, there is no reason. */
const NO_HISTOGRAMS = "no histograms in it";

function problemOf(page: Page): string | null {
  return "problem" in page ? page.problem : null;
}

function histogramsIn(page: Page): readonly Histogram[] | null {
  return "problem" in page ? null : page.histograms;
}

async function readPage(url: string, route: Route, time: Time): Promise<Page> {
  const pool = openPool(new URL(url).origin, { ...route, timeoutMs: LIMITS.connectMs }, time, () => 0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const { control, result } = exchange(pool.take(), { method: "GET", url, headers: {}, body: null }, LIMITS, time, {
    onHeaders: () => undefined,
    onData: (chunk) => {
      control.contentSeen();
      bytes += chunk.length;
      if (bytes <= PAGE_BYTES_MAX) chunks.push(Buffer.from(chunk));
      else control.abort(failure("too-large", { detail: `over ${PAGE_BYTES_MAX} bytes` }));
    },
  });
  const { status, error } = await result;
  await pool.close();
  if (error !== null) return { problem: error.code ?? error.detail ?? error.kind };
  if (status !== 200) return { problem: `HTTP ${status}` };
  return { histograms: histogramsOf(Buffer.concat(chunks).toString("utf8")) };
}

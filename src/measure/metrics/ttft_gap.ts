import type { ServerTimings } from "../../core/provider.ts";
import type { Flag } from "../flags.ts";
import { always, reading, type RequestMetric } from "../metric.ts";
import { ascending, nearestRank } from "../quantile.ts";
import { spanMs } from "../sample.ts";

/** Servers round their own figure to the millisecond. */
const ROUNDING_MS = 1;
/** Fewer gaps have no middle. */
const GAPS_MIN = 10;
/** The spread that networks have on their own. */
const SPREAD_MS_MIN = 20;

export const ttftGap: RequestMetric = {
  id: "ttft_gap",
  unit: "ms",
  direction: "none",
  title: "TTFT gap",
  definition:
    "TTFT minus the server's own: what it says as its time to first token, else its queue and prompt times together, " +
    "else its prompt time alone. What is left is network and everything in front of the server's clock; it should be " +
    "about one round trip, and steady.",
  flags: ["server_clock_negative", "server_clock_jumpy", "server_queue_untold"],
  level: "request",
  over: "successes",
  failures: "left-out",
  applies: always,
  read: ({ observation: { stamps, server } }) => {
    const ttft = spanMs(stamps, "sent", "firstContent");
    const own = server === null ? null : serverTtft(server);
    if (ttft === null || own === null) return reading(null, []);
    const gap = ttft - own.ms;
    return reading(gap, gap < -ROUNDING_MS ? [...own.flags, "server_clock_negative"] : own.flags);
  },
  judge: (gaps) => (isJumpy(gaps) ? ["server_clock_jumpy"] : []),
};

function serverTtft({ ttftMs, queueMs, promptMs }: ServerTimings): { ms: number; flags: readonly Flag[] } | null {
  if (ttftMs !== null) return { ms: ttftMs, flags: [] };
  if (promptMs === null) return null;
  return queueMs === null ? { ms: promptMs, flags: ["server_queue_untold"] } : { ms: queueMs + promptMs, flags: [] };
}

/** Out of proportion: the middle 80 % of the gaps span more than 20 ms and more than the median gap itself. */
function isJumpy(gaps: readonly number[]): boolean {
  if (gaps.length < GAPS_MIN) return false;
  const sorted = ascending(gaps);
  const at = (p: number): number => sorted[nearestRank(sorted.length, p)]!;
  return at(0.9) - at(0.1) > Math.max(SPREAD_MS_MIN, Math.abs(at(0.5)));
}

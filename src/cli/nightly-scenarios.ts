import { written, type ScenarioText } from "./select-scenarios.ts";

/** So many have a median with an interval. */
const REQUESTS_MIN = 6;
const DURATION_MS_MIN = 10_000;

/** A scenario as one of several parts of a night: together they ask for about what it asks for alone. */
export function partOf(whole: ScenarioText, parts: number): ScenarioText {
  const { scenario } = whole;
  // A gateway's stages are seconds long, and mean nothing when cut.
  if (parts === 1 || scenario.load.kind === "gateway") return whole;
  const { requests, durationMs } = scenario.stop;
  return written({
    ...scenario,
    stop: {
      requests: requests === null ? null : Math.min(requests, Math.max(REQUESTS_MIN, Math.ceil(requests / parts))),
      durationMs:
        durationMs === null ? null : Math.min(durationMs, Math.max(DURATION_MS_MIN, Math.ceil(durationMs / parts))),
    },
  });
}

import type { QuotaShortfall } from "../core/run.ts";

const WINDOWS: ReadonlyMap<number, string> = new Map([
  [1000, "a second"],
  [60_000, "a minute"],
  [3_600_000, "an hour"],
  [86_400_000, "a day"],
]);

/** `alpha: its account may take 60 requests a minute (by its headers), chat asks for 120: …`. */
export function quotaText({ scenario, target, of, windowMs, limit, need, source }: QuotaShortfall): string {
  const what = of.replace("-", " ");
  const window = WINDOWS.get(windowMs) ?? `in ${windowMs / 1000} s`;
  const origin = source === "headers" ? "by its headers" : "by its limits in the config";
  return (
    `${target}: its account may take ${limit} ${what} ${window} (${origin}), ${scenario} asks for up to ${need}: ` +
    "refusals will tell of the quota, not of the endpoint"
  );
}

import type { Finding, NightFacts, NightRecord, NightStatus, Regression } from "../../core/night.ts";
import { percent, plural, short, usd } from "../../report/text.ts";
import { causeOf, isExpectedGone, isVantageFault } from "./causes.ts";
import type { Ending } from "./regressions.ts";

/** What the message names one by one; the rest is counted. */
const NAMED_MAX = 3;

/** `sim-fast ttft p50_all chat-short +52 % (38 to 67), 98.1 over 64.5 ms, since 2026-11-14` */
export function regressionText({
  target,
  metric,
  stat,
  scenario,
  change,
  value,
  baseline,
  unit,
  since,
}: Regression): string {
  const size = unit === "share" ? sharePoints(change) : relative(change);
  const figures =
    unit === "share"
      ? `${percent(value)} after ${percent(baseline)} %`
      : `${short(value)} after ${short(baseline)} ${unit}`;
  return `${target} ${metric}${stat === "value" ? "" : ` ${stat}`} in ${scenario} ${size}, ${figures}, since ${since}`;
}

function relative({ value, low, high }: Regression["change"]): string {
  if (value === Infinity) return "by inf (over half of its requests fail)";
  return `${signed(value)} % (${signed(low)} to ${signed(high)})`;
}

function sharePoints({ value, low, high }: Regression["change"]): string {
  return `${signed(value)} points (${signed(low)} to ${signed(high)})`;
}

function signed(share: number): string {
  const text = (share * 100).toFixed(0);
  return share > 0 ? `+${text}` : text;
}

/** Targets that should answer, and those of them that nothing is wrong with in any part. */
export function targetCounts(
  { parts, night }: NightFacts,
  failureShareMax: number,
): { readonly good: number; readonly of: number } {
  const all = new Set<string>();
  const bad = new Set<string>();
  for (const part of parts) {
    const isNobodys = isVantageFault(part);
    for (const one of part.targets) {
      const isFine = causeOf(one, night, failureShareMax) === null;
      if (isFine && isExpectedGone(one, night)) continue;
      all.add(one.target);
      const isGood = isFine && !isNobodys && (one.measured?.succeeded ?? 0) > 0;
      if (!isGood) bad.add(one.target);
    }
  }
  return { good: all.size - bad.size, of: all.size };
}

/** The worst that can be said of a night. */
export function statusOf(
  { parts }: NightFacts,
  findings: readonly Finding[],
  counts: { readonly good: number; readonly of: number },
): NightStatus {
  const has = (...causes: readonly Finding["cause"][]): boolean => findings.some(({ cause }) => causes.includes(cause));
  if (has("crashed")) return "CRASHED";
  if (has("machine-unfit")) return "INVALID";
  if (counts.good === 0) return "FAILED";
  if (has("regression")) return "REGRESSION";
  if (has("client-slow")) return "INVALID";
  if (has("budget", "interrupted") || parts.length === 0) return "INCOMPLETE";
  return findings.length > 0 || counts.good < counts.of ? "DEGRADED" : "OK";
}

/** `DEGRADED: 9 of 11 targets, 1 ours, 1 theirs, 0 regressions, $4.10 of $6`, and behind it what has to be known at once. */
export function messageOf(
  record: Omit<NightRecord, "message" | "hooks">,
  counts: { readonly good: number; readonly of: number },
  endings: readonly Ending[],
  isLate: boolean,
): string {
  const { status, findings, regressions, spentUsd, capUsd, missed, simulated, night } = record;
  const ofTargets = findings.filter(({ target, cause }) => target !== null && cause !== "regression");
  const owned = (owner: Finding["owner"]): number =>
    new Set(ofTargets.filter((one) => one.owner === owner).map(({ target }) => target)).size;
  const regressed = new Set(regressions.map(({ target }) => target)).size;
  const named = regressions.slice(0, NAMED_MAX).map(regressionText);
  const more = regressions.length - named.length;
  return [
    `${simulated ? "SIMULATED " : ""}${status}: ${counts.good} of ${plural(counts.of, "target")}, ${owned("us")} ours, ${owned("seller")} theirs, ` +
      `${plural(regressed, "regression")}, ${usd(spentUsd)}${capUsd === null ? "" : ` of ${usd(capUsd)}`}`,
    ...named,
    ...(more > 0 ? [`and ${more} more`] : []),
    ...endings.slice(0, NAMED_MAX).map(({ how, target, metric }) => `${how}: ${target} ${metric}`),
    ...(missed.length > 0 ? [`missed ${missed.join(", ")}`] : []),
    ...(isLate ? [`night of ${night}, closed late`] : []),
  ].join("; ");
}

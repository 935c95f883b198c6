import type { Finding, NightFacts, NightRecord, NightStatus, Regression } from "../../core/night.ts";
import { suspectedTargets } from "../../report/night.ts";
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

export interface TargetCounts {
  /** Nothing is wrong with them in any part. */
  readonly good: number;
  /** Should answer. */
  readonly of: number;
  /** Gone, as the config says. */
  readonly acknowledged: number;
}

/** What a message counts. */
export function targetCounts({ parts, night }: NightFacts, failureShareMax: number): TargetCounts {
  const all = new Set<string>();
  const bad = new Set<string>();
  const acknowledged = new Set<string>();
  for (const part of parts) {
    const isNobodys = isVantageFault(part);
    for (const one of part.targets) {
      const isFine = causeOf(one, night, failureShareMax) === null;
      if (isFine && isExpectedGone(one, night)) {
        acknowledged.add(one.target);
        continue;
      }
      all.add(one.target);
      const isGood = isFine && !isNobodys && (one.measured?.succeeded ?? 0) > 0;
      if (!isGood) bad.add(one.target);
    }
  }
  return { good: all.size - bad.size, of: all.size, acknowledged: acknowledged.size };
}

/** The worst that can be said of a night. */
export function statusOf({ parts }: NightFacts, findings: readonly Finding[], counts: TargetCounts): NightStatus {
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
  counts: TargetCounts,
  endings: readonly Ending[],
  isLate: boolean,
): string {
  const { status, findings, regressions, spentUsd, capUsd, missed, simulated, night } = record;
  const others = findings.filter(({ cause }) => cause !== "regression");
  // A cause of the whole night counts as a target does.
  const owned = (whose: string): number =>
    new Set(others.filter((one) => whoseIs(one) === whose).map(({ target, cause }) => target ?? ` ${cause}`)).size;
  const ofTargets = others.flatMap((one) =>
    one.target === null ? [] : [`${one.target}: ${one.cause.replaceAll("-", " ")} (${whoseIs(one)})`],
  );
  const suspected = suspectedTargets(record);
  const regressed = new Set(regressions.map(({ target }) => target)).size;
  return [
    `${simulated ? "SIMULATED " : ""}${status}: ${counts.good} of ${plural(counts.of, "target")}, ${owned("ours")} ours, ${owned("theirs")} theirs, ` +
      `${plural(regressed, "regression")}, ${usd(spentUsd)}${capUsd === null ? "" : ` of ${usd(capUsd)}`}`,
    ...firstOf(regressions.map(regressionText)),
    ...firstOf(ofTargets),
    ...(suspected.length > 0 ? [`${suspected.length} suspected`] : []),
    ...firstOf(endings.map(({ how, target, metric }) => `${how}: ${target} ${metric}`)),
    ...(counts.acknowledged > 0 ? [`${counts.acknowledged} acknowledged`] : []),
    ...(missed.length > 0 ? [`missed ${missed.join(", ")}`] : []),
    ...(isLate ? [`night of ${night}, closed late`] : []),
  ].join("; ");
}

/** What this side has to mend, its own tool included, is ours; a cap that did its work and the network are nobody's. */
function whoseIs({ owner }: Finding): string {
  if (owner === "us" || owner === "tool") return "ours";
  return owner === "seller" ? "theirs" : "nobody's";
}

function firstOf(texts: readonly string[]): readonly string[] {
  const more = texts.length - NAMED_MAX;
  return [...texts.slice(0, NAMED_MAX), ...(more > 0 ? [`and ${more} more`] : [])];
}

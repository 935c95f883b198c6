import type { Cause, Finding, NightFacts, NightPart, NightRecord, Regression } from "../../core/night.ts";
import { causeOf, isVantageFault, OWNER_OF } from "./causes.ts";
import { regressionText } from "./words.ts";

type Found = Omit<Finding, "owner" | "since">;

/**
 * What is wrong with a night, who has to act, since when and what to do next: a function of its facts and the nights before.
 *
 * @param before nights before it, oldest first
 */
export function findingsOf(
  facts: NightFacts,
  before: readonly NightRecord[],
  of: {
    readonly regressions: readonly Regression[];
    readonly missed: readonly string[];
    readonly closed: boolean;
    readonly failureShareMax: number;
  },
): readonly Finding[] {
  const found = [
    ...facts.parts.flatMap((part) => ofTargets(part, facts.night, of.failureShareMax)),
    ...facts.parts.flatMap(ofPart),
    ...of.regressions.map((one) => {
      const run = facts.parts.findLast(({ runId }) => runId !== null)?.runId ?? "LAST";
      const next = `herdbench explain ${run} ${one.target} ${one.metric} --scenario ${one.scenario}`;
      return { cause: "regression", target: one.target, detail: regressionText(one), next } as const;
    }),
    ...missedOf(facts, of, before.length === 0),
    ...facts.publishing.map((detail) => whole("publishing", detail, "herdbench nightly --dry-run")),
  ];
  // Of parts that say the same of a target the last one speaks; several metrics of a regression all do.
  const last = new Map(found.map((one) => [one.cause === "regression" ? one.detail : keyOf(one), one] as const));
  return [...last.values()].map(({ cause, target, detail, next }) => ({
    cause,
    owner: OWNER_OF[cause],
    target,
    since:
      cause === "regression"
        ? regressionSince(of.regressions, target, facts.night)
        : cause === "missed" && of.missed.length > 0
          ? of.missed[0]!
          : sinceOf({ cause, target }, facts.night, before),
    detail,
    next,
  }));
}

function ofTargets(part: NightPart, night: string, failureShareMax: number): readonly Found[] {
  if (isVantageFault(part)) {
    return [whole("vantage", "no target could be reached from here", "herdbench providers check")];
  }
  return part.targets.flatMap((one) => {
    const found = causeOf(one, night, failureShareMax);
    return found === null ? [] : [{ ...found, target: one.target, next: nextOf(found.cause, one.target, part.runId) }];
  });
}

function nextOf(cause: Cause, target: string, runId: string | null): string {
  if (cause === "failing" || cause === "quota") return `herdbench explain ${runId ?? "LAST"} ${target} success_share`;
  return `herdbench providers check ${target}`;
}

function ofPart({ state, invalid, unfit, runId, slot }: NightPart): readonly Found[] {
  const report = `herdbench report ${runId ?? "LAST"}`;
  const here = `slot ${slot}: `;
  return [
    ...(state === "budget" ? [whole("budget", `${here}the cap was reached before the plan was done`, report)] : []),
    ...(state === "crashed"
      ? [
          whole(
            "crashed",
            `${here}its process died${runId === null ? "" : `; ${runId} holds what was recorded`}`,
            report,
          ),
        ]
      : []),
    ...(state === "interrupted" ? [whole("interrupted", `${here}stopped from outside`, report)] : []),
    ...(unfit.length > 0 ? [whole("machine-unfit", `${here}${unfit.join("; ")}`, "herdbench nightly --dry-run")] : []),
    // A killed run cannot show that its client kept up: that it crashed says it all.
    ...(invalid.length > 0 && state !== "crashed"
      ? [whole("client-slow", `${here}${invalid.join("; ")}`, report)]
      : []),
  ];
}

function missedOf(
  { slots, parts, night }: NightFacts,
  { missed, closed }: { readonly missed: readonly string[]; readonly closed: boolean },
  isFirst: boolean,
): readonly Found[] {
  const next = "systemctl list-timers herdbench-nightly.timer";
  const there = new Set(parts.map(({ slot }) => slot));
  const last = closed ? slots.length : Math.max(0, ...there);
  // The very first night began when it was set up.
  const first = isFirst ? Math.min(...there) : 1;
  const missing = slots.flatMap((time, i) => (i + 1 >= first && i < last && !there.has(i + 1) ? [time] : []));
  return [
    ...(missed.length > 0 ? [whole("missed", `nothing ran in ${missed.join(", ")}`, next)] : []),
    ...(missing.length > 0 ? [whole("missed", `${night}: nothing ran at ${missing.join(", ")} UTC`, next)] : []),
  ];
}

function whole(cause: Cause, detail: string, next: string): Found {
  return { cause, target: null, detail, next };
}

/** First of the nights in a row, up to this one, that had the same. */
function sinceOf(of: Pick<Finding, "cause" | "target">, night: string, before: readonly NightRecord[]): string {
  const previous = before.at(-1)?.findings.find((one) => keyOf(one) === keyOf(of));
  return previous?.since ?? night;
}

function regressionSince(all: readonly Regression[], target: string | null, night: string): string {
  return (
    all
      .filter((one) => one.target === target)
      .map(({ since }) => since)
      .sort()[0] ?? night
  );
}

function keyOf({ cause, target }: Pick<Finding, "cause" | "target">): string {
  return `${cause}\u0000${target ?? ""}`;
}

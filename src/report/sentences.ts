import type { Manifest } from "../core/run.ts";
import type { Analysis, Counts, GroupAnalysis } from "../measure/analysis.ts";
import { total } from "../measure/counts.ts";
import { isGone } from "../measure/gone.ts";
import { requestsNeeded } from "../measure/intervals.ts";
import { BEHIND_FAILURE } from "../measure/sample.ts";
import { overloadTexts } from "./certificate.ts";
import { carbonSentences } from "./carbon.ts";
import { simulatedMark } from "./facts.ts";
import { gatewaySentences } from "./gateway.ts";
import { cacheSentences } from "./parts.ts";
import { byScenario, rowOf, type ScenarioGroups } from "./headline.ts";
import { capSentences, spendSentences } from "./spending.ts";
import { quotaText } from "./quota.ts";
import { sweepSentences } from "./sweep.ts";
import { plural, short, tally, usd } from "./text.ts";
import { matchingText, verdictText } from "./verdicts.ts";

/** One thing to say below the tables: a label of one word, and a sentence. */
export interface Sentence {
  readonly label: string;
  readonly text: string;
}

const WARNINGS_SHOWN_MAX = 5;

/**
 * Everything that the tables alone do not say, most important first.
 *
 * @param run how the reader's next command names the run: a path where it does not stand in `results`
 */
export function sentences(analysis: Analysis, run: string = analysis.manifest.runId): readonly Sentence[] {
  const scenarios = byScenario(analysis);
  return [
    ...analysis.validity.reasons.map((text) => ({ label: "INVALID", text })),
    ...capSentences(analysis).map((text) => ({ label: "cap", text })),
    ...spendSentences(analysis).map((text) => ({ label: "spend", text })),
    ...partlySimulated(analysis),
    ...sweepSentences(analysis),
    // Level by level it would be one question asked many times.
    ...(analysis.sweep === null ? scenarios : []).flatMap((scenario) =>
      leadSentence(analysis, scenario, scenarios.length > 1),
    ),
    ...carbonSentences(analysis, scenarios.length > 1).map((text) => ({ label: "carbon", text })),
    ...cacheSentences(analysis).map((text) => ({ label: "cache", text })),
    ...gatewaySentences(analysis).map((text) => ({ label: "limit", text })),
    ...goneSentences(analysis),
    ...failureSentences(analysis),
    ...analysis.manifest.quotas.map((shortfall) => ({ label: "quota", text: quotaText(shortfall) })),
    ...overloadTexts(analysis.manifest.overloads).map((text) => ({ label: "load", text })),
    ...stopSentences(analysis),
    ...pauseSentences(analysis),
    ...vantageSentence(analysis),
    ...modelSentences(analysis),
    ...emptySentence(analysis),
    ...warningSentences(analysis),
    { label: "next", text: nextStep(analysis.manifest, run) },
  ];
}

/** What is missing is sent by `resume`; a cap of one target alone is not raised by it. */
function nextStep({ end, study }: Manifest, run: string): string {
  const flags = { usd: "--max-cost USD", tokens: "--max-total-tokens N", requests: "--max-requests N" } as const;
  const reached = end?.capsReached.find(({ target }) => target === null);
  if (study?.kind === "search") return `herdbench report ${run} rebuilds its reports; a search is not resumed`;
  if (end === null || end.reason === "interrupt") return `herdbench resume ${run} sends what is missing`;
  if (reached !== undefined) return `herdbench resume ${run} ${flags[reached.unit]} goes on under another cap`;
  return `herdbench report ${run} rebuilds report.html, report.md, both CSVs`;
}

function partlySimulated(analysis: Analysis): readonly Sentence[] {
  if (simulatedMark(analysis) !== "PARTLY SIMULATED") return [];
  const names = analysis.manifest.targets.filter((target) => target.simulated).map((target) => target.id);
  return [{ label: "mixed", text: `SIMULATED: ${names.join(", ")}; the other targets are real endpoints` }];
}

/** The verdict between the two targets with the best TTFT p50: the question that a buyer asks first. */
function leadSentence(
  analysis: Analysis,
  { scenario, groups }: ScenarioGroups,
  isOneOfMany: boolean,
): readonly Sentence[] {
  const ttft = (group: GroupAnalysis): number => rowOf(group, "ttft", "p50_all")?.value ?? Infinity;
  const [first, second] = groups.toSorted((a, b) => compare(ttft(a), ttft(b)));
  if (first === undefined || second === undefined) return [];
  const pair = [first.target.id, second.target.id];
  const verdict = analysis.verdicts.find(
    (one) =>
      one.scenario === scenario.id &&
      one.metric === "ttft" &&
      one.stat === "p50" &&
      pair.includes(one.a) &&
      pair.includes(one.b),
  );
  if (verdict === undefined) return [];
  const scope = isOneOfMany ? `${scenario.id}: ` : "";
  return [{ label: "TTFT", text: `${scope}${verdictText(verdict, matchingText(scenario))}` }];
}

/** Infinity minus itself is no order. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** A target whose model is not there any more, as its provider's file says: the dated note explains its failures. */
function goneSentences({ groups }: Analysis): readonly Sentence[] {
  const gone = new Map(groups.filter(isGone).map(({ target }) => [target.id, target.gone]));
  return [...gone].map(([id, note]) => ({ label: "gone", text: `${id}: ${note}` }));
}

/** Per target over all scenarios: what counts as infinite, by kind, and what says nothing. */
function failureSentences(analysis: Analysis): readonly Sentence[] {
  const byTarget = Map.groupBy(analysis.groups, (group) => group.target.id);
  return [...byTarget].flatMap(([target, groups]) => {
    const counts = groups.map((group) => group.counts);
    const failures = merge(counts.map((count) => count.failures));
    const answered = sum(counts.map((count) => count.succeeded));
    const dropped = sum(counts.map((count) => count.dropped));
    const missing = merge(counts.map(missingOf));
    const planned = sum(counts.map((count) => count.planned));
    const retries = sum(counts.map((count) => count.retries));
    // Further attempts can be missing as well.
    const due = `${planned + retries} ${target} ${retries === 0 ? "requests" : "attempts"}`;
    const texts = [
      {
        label: "inf",
        count: total(failures),
        text: `of ${answered + total(failures)} ${target} requests failed: ${tally(failures)}`,
      },
      {
        label: "retry",
        count: retries,
        text: `further attempts of ${target}: ${sum(counts.map((count) => count.recovered))} requests were answered in the end`,
      },
      {
        label: "inf",
        count: dropped,
        text: `of ${planned} ${target} requests dropped: the in-flight limit was reached`,
      },
      { label: "missing", count: total(missing), text: `of ${due}: ${tally(missing)}` },
    ];
    return texts
      .filter(({ count }) => count > 0)
      .map(({ label, count, text }) => ({ label, text: `${count} ${text}` }));
  });
}

/** One per target that was stopped; the last stop speaks for all. */
function stopSentences({ manifest, groups }: Analysis): readonly Sentence[] {
  const byTarget = Map.groupBy(manifest.end?.stops ?? [], ({ target }) => target);
  return [...byTarget].map(([target, stops]) => {
    const { failures, kind, code, probes, resumedUs } = stops.at(-1)!;
    const counts = groups.filter((group) => group.target.id === target).map((group) => group.counts);
    const held = sum(counts.map(({ notStarted }) => notStarted.breaker ?? 0));
    const last = code === null ? kind : `${kind} (${code})`;
    const again = resumedUs === null ? (probes > 0 ? `, ${plural(probes, "probe")} in vain` : "") : ", then it went on";
    const often = stops.length > 1 ? `, ${stops.length} times, at last` : "";
    return {
      label: "stopped",
      text: `${target}${often} after ${failures} failures in a row, the last one ${last}${again}; ${held} not started`,
    };
  });
}

function pauseSentences({ manifest }: Analysis): readonly Sentence[] {
  const byTarget = Map.groupBy(manifest.end?.pauses ?? [], ({ target }) => target);
  return [...byTarget].map(([target, pauses]) => {
    const times = sum(pauses.map(({ count }) => count));
    const seconds = short(sum(pauses.map(({ waitedMs }) => waitedMs)) / 1000);
    return { label: "pause", text: `${target} asked to be left alone ${plural(times, "time")}: ${seconds} s waited` };
  });
}

function vantageSentence({ vantageFaults }: Analysis): readonly Sentence[] {
  if (vantageFaults.length === 0) return [];
  const seconds = sum(vantageFaults.map(({ startUs, endUs }) => (endUs - startUs) / 1e6));
  const requests = plural(sum(vantageFaults.map(({ excused }) => excused)), "request");
  return [
    {
      label: "vantage",
      text: `no target could be reached from here for ${short(seconds)} s: ${requests} are nobody's failure, in no figure`,
    },
  ];
}

function missingOf({ notStarted, cancelled, lost, failures }: Counts): Readonly<Record<string, number>> {
  const missing: Record<string, number> = {
    "cancelled (interrupt)": cancelled.interrupt ?? 0,
    "lost (no end on record)": lost,
  };
  // What is a failure is told as such; what was decided without it is not missed.
  const dependency = (notStarted.dependency ?? 0) - (failures[BEHIND_FAILURE] ?? 0);
  for (const [reason, count] of Object.entries({ ...notStarted, dependency, breaker: 0, decided: 0 }))
    missing[`not started (${reason})`] = count;
  return missing;
}

const TAILS = [
  { stat: "p95_all", title: "p95", p: 0.95 },
  { stat: "p99_all", title: "p99", p: 0.99 },
] as const;

/** How many more requests fill the empty tails, and what they would cost together. */
function emptySentence(analysis: Analysis): readonly Sentence[] {
  const where = byScenario(analysis).length > 1 ? "per target and scenario" : "per target";
  const texts = TAILS.flatMap(({ stat, title, p }) => {
    const gaps = analysis.groups.flatMap((group) => {
      // It has no first tokens, however many requests it makes.
      if (group.scenario.load.kind === "gateway") return [];
      const row = rowOf(group, "ttft", stat);
      if (row === undefined || !row.flags.includes("insufficient_n")) return [];
      return [
        { requests: requestsNeeded(p) - row.n, usdEach: rowOf(group, "cost_per_request", "mean")?.value ?? null },
      ];
    });
    if (gaps.length === 0) return [];
    const requests = gaps.map((gap) => gap.requests);
    const most = Math.max(...requests);
    const upTo = Math.min(...requests) < most ? "up to " : "";
    const costs = gaps.flatMap((gap) => (gap.usdEach === null ? [] : [gap.requests * gap.usdEach]));
    const partly = costs.length < gaps.length ? " where prices are known" : "";
    const cost = costs.length === 0 ? "cost unknown" : `about ${usd(sum(costs))}${partly}`;
    return [`${title} needs ${upTo}${most} more requests ${where}, ${cost}`];
  });
  return texts.length === 0 ? [] : [{ label: "empty", text: texts.join("; ") }];
}

/** Per target: what answered under another name than was asked for, whether it counts as another model or not. */
function modelSentences({ groups }: Analysis): readonly Sentence[] {
  const differing = new Map(
    groups.filter(({ flags }) => flags.includes("model_differs")).map((group) => [group.target, group]),
  );
  return [...differing].map(([{ id, modelId }, { modelEchoed, flags }]) => ({
    label: "warning",
    text: flags.includes("other_model")
      ? `${id}: asked for ${modelId}, but another model answered, most often ${modelEchoed ?? "one without a name"}`
      : `${id}: asked for ${modelId}; answers name it otherwise, most often ${modelEchoed ?? "not at all"}`,
  }));
}

function warningSentences(analysis: Analysis): readonly Sentence[] {
  const shown = analysis.warnings.slice(0, WARNINGS_SHOWN_MAX).map((text) => ({ label: "warning", text }));
  const more = analysis.warnings.length - shown.length;
  return more <= 0 ? shown : [...shown, { label: "warning", text: `${plural(more, "more warning")}: see report.json` }];
}

function merge(tallies: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const merged: Record<string, number> = {};
  for (const [name, count] of tallies.flatMap((one) => Object.entries(one))) merged[name] = (merged[name] ?? 0) + count;
  return merged;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((before, number) => before + number, 0);
}

import { createHash } from "node:crypto";
import { observationId } from "../../src/core/observation.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { analyse } from "../../src/measure/analyse.ts";
import { identityProblems, total } from "../../src/measure/counts.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { promptOf } from "../../src/scenario/prompts.ts";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import { PRICE } from "./rounds.ts";

/** What a run planned and what the server saw of it. */
export interface Judged {
  /** How often each planned request reached the server, by its id. */
  readonly arrivals: ReadonlyMap<string, number>;
  /** Cost of all that the server wrote, USD. */
  readonly trueUsd: number;
  /** What the run says that it cost. */
  readonly spentUsd: { readonly low: number; readonly high: number };
  /** What is not as in a run that nobody killed, one sentence each. */
  readonly problems: readonly string[];
}

/** Holds a run that was killed and resumed against its own plan and against the server's ledger. */
export function judge(record: RunRecord, ledger: readonly LedgerRecord[]): Judged {
  const byPrompt = Map.groupBy(ledger, ({ promptHash }) => promptHash);
  const planned = plannedIds(record);
  const received = [...planned.values()].flatMap((hash) => byPrompt.get(hash) ?? []);
  const arrivals = new Map([...planned].map(([id, hash]) => [id, byPrompt.get(hash)?.length ?? 0]));
  const { groups } = analysisOf(record);
  const sum = (values: readonly number[]): number => values.reduce((before, value) => before + value, 0);
  const trueUsd = sum(received.map(costOf));
  const spentUsd = {
    low: sum(groups.map(({ spentUsd: spent }) => spent!.low)),
    high: sum(groups.map(({ spentUsd: spent }) => spent!.high)),
  };
  return { arrivals, trueUsd, spentUsd, problems: problemsOf(record, arrivals, trueUsd, spentUsd) };
}

function problemsOf(
  record: RunRecord,
  arrivals: Judged["arrivals"],
  trueUsd: number,
  { low, high }: Judged["spentUsd"],
): string[] {
  const { manifest, observations, lost } = record;
  const ids = [...observations, ...lost].map(({ id }) => id);
  const { groups } = analysisOf(record);
  return [
    ...(manifest.end?.reason === "complete" ? [] : [`ended as ${manifest.end?.reason}`]),
    ...ids.filter((id) => !arrivals.has(id)).map((id) => `${id} was never planned`),
    ...[...arrivals.keys()].filter((id) => !ids.includes(id)).map((id) => `${id} was planned and is not on record`),
    ...ids.filter((id, i) => ids.indexOf(id) < i).map((id) => `${id} is on record twice`),
    ...observations
      .filter(({ id, outcome, stamps }) => outcome !== "completed" || stamps.sent === null || arrivals.get(id) !== 1)
      .filter(({ outcome, stamps }) => outcome === "completed" || (outcome === "not-started" && stamps.sent === null))
      .map(({ id, outcome }) => `${id} is ${outcome}, and reached the server ${arrivals.get(id)} times`),
    ...groups.flatMap(({ counts }) => [
      ...identityProblems(counts),
      ...(total(counts.notStarted) + counts.dropped === 0 ? [] : ["something of the plan was not sent"]),
    ]),
    ...(low <= trueUsd + 1e-12 && trueUsd <= high + 1e-12 ? [] : [`$${trueUsd} is not within $${low} to $${high}`]),
  ];
}

/** Every id of the plan with the hash of its prompt, by which the ledger knows it. */
function plannedIds({ manifest }: RunRecord): ReadonlyMap<string, string> {
  const ids = manifest.scenarios.flatMap(({ scenario }) => {
    const plan = planOf(scenario);
    return [...plan.warmups, ...plan.arrivals].flatMap(({ pair, phase }) =>
      manifest.targets.map(({ id: target }) => {
        const of = { pair, phase, target, scenario: scenario.id };
        const { text } = promptOf({ ...of, runId: manifest.runId, shape: scenario.prompt, seed: scenario.seed });
        const hash = createHash("sha256").update(text).digest("hex");
        return [observationId({ ...of, attempt: 1 }), hash] as const;
      }),
    );
  });
  return new Map(ids);
}

function analysisOf(record: RunRecord): ReturnType<typeof analyse> {
  const plans = record.manifest.scenarios.map(({ scenario }) => planOf(scenario));
  const planned = plans.map(
    ({ scenario, warmups, arrivals }) => [scenario.id, { warmups: warmups.length, arrivals: arrivals.length }] as const,
  );
  return analyse(record, new Map(planned));
}

function costOf({ status, promptTokens, tokens }: LedgerRecord): number {
  return status === 200 ? ((promptTokens ?? 0) * PRICE.input + tokens * PRICE.output) / 1e6 : 0;
}

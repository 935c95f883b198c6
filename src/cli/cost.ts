import type { RunRecord } from "../core/run.ts";
import type { Workload } from "../core/workload.ts";
import { evidenceOf, LIST_PRICE_ALONE } from "../measure/cost/evidence.ts";
import { quotesOf, type Offer } from "../measure/cost/quotes.ts";
import { groupsOf } from "../measure/group.ts";
import { sweepOf } from "../measure/sweep/sweep.ts";
import { vantageFaults } from "../measure/vantage-fault.ts";
import type { Basis } from "../report/quote-assumptions.ts";
import { quotesCsv, quotesJson, quotesScreen } from "../report/quotes.ts";
import { parseWorkload, WORKLOAD_EXAMPLE } from "../scenario/workload.ts";
import type { Config } from "../scenario/config.ts";
import { readRun } from "../store/read.ts";
import { resolveRun } from "../store/resolve.ts";
import { pricedTargets, type CostTargetOptions } from "./cost-targets.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { plannedOf } from "./publish-report.ts";
import { readPrices, revisedRecord, withPrice } from "./revise.ts";
import { readConfig } from "./select-targets.ts";
import { UsageError } from "./usage-error.ts";

export interface CostOptions extends CostTargetOptions {
  readonly run?: string;
  readonly scenario?: string;
  readonly workload?: string;
  readonly capacity?: Readonly<Record<string, number>>;
  readonly prices?: string;
  readonly resultDir: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** `herdbench cost`: what a month of a workload costs at each target, by a run or by list prices. */
export async function costCommand(options: CostOptions): Promise<ExitCode> {
  refuseIgnored(options);
  const config = await readConfig(options);
  const workload = workloadOf(options.workload, config);
  const { offers, basis } =
    options.run === undefined ? await listed(options, config) : await measured(options, options.run, workload);
  const told = quotesOf(withCapacities(offers, options.capacity ?? {}), workload);
  const text = options.json === true ? quotesJson : options.csv === true ? quotesCsv : quotesScreen;
  process.stdout.write(text(told, basis));
  return EXIT.ok;
}

function refuseIgnored({ run, scenario, target, provider, model }: CostOptions): void {
  const problems = [
    ...(run === undefined && scenario !== undefined ? ["--scenario: needs --run: it chooses among that run's"] : []),
    ...(run !== undefined && (target !== undefined || provider !== undefined || model !== undefined)
      ? ["--run: its targets are those of the run; leave out --target, --provider and --model"]
      : []),
  ];
  if (problems.length > 0) throw new UsageError(...problems);
}

function workloadOf(text: string | undefined, config: Config | null): Workload {
  if (text === undefined) {
    if (config?.workload) return config.workload;
    throw new UsageError(`--workload: is missing; write it like "${WORKLOAD_EXAMPLE}", or put it into herdbench.json`);
  }
  const parsed = parseWorkload(text);
  if (!parsed.ok) throw new UsageError(`--workload: ${parsed.problem}`);
  return parsed.workload;
}

interface Told {
  readonly offers: readonly Offer[];
  readonly basis: Basis;
}

async function listed(options: CostOptions, config: Config | null): Promise<Told> {
  const own = await pricedTargets(options, config);
  const prices =
    options.prices === undefined
      ? {}
      : await readPrices(
          options.prices,
          own.map(({ id }) => id),
        );
  const targets = own.map((target) => withPrice(target, prices));
  return {
    offers: targets.map((target) => ({ target, evidence: LIST_PRICE_ALONE, capacityTokensPerSecond: null })),
    basis: { run: null, evidence: {}, atMs: Date.now() },
  };
}

async function measured(options: CostOptions, run: string, workload: Workload): Promise<Told> {
  const read = await readRun(await resolveRun(options.resultDir, run));
  const ids = read.manifest.targets.map(({ id }) => id);
  const prices = options.prices === undefined ? {} : await readPrices(options.prices, ids);
  const record = revisedRecord(read, prices);
  const groups = groupsOf(record, vantageFaults(record));
  const { manifest } = record;
  const planned = plannedOf(record);
  const sweep = sweepOf(groups, manifest, (id) => planned.get(id)?.arrivals ?? 0);
  const chosen = scenarioOf(record, options.scenario, workload);
  const found = manifest.targets.map((target) => {
    const capacity = sweep?.targets.find((one) => one.target === target.id)?.sloCapacity ?? null;
    // A target of a sweep is judged at the level whose throughput counts.
    const scenario = options.scenario ?? capacity?.scenario ?? chosen.id;
    const group = groups.find((one) => one.target.id === target.id && one.scenario.id === scenario);
    const capacityTokensPerSecond = capacity?.outputTokensPerSecond ?? null;
    return { target, evidence: group === undefined ? null : evidenceOf(group), capacityTokensPerSecond };
  });
  return {
    offers: found.map(({ evidence, ...offer }) => ({ ...offer, evidence: evidence ?? LIST_PRICE_ALONE })),
    basis: {
      run: { id: manifest.runId, scenario: sweep === null ? chosen.id : sweep.scenario, chosen: chosen.why },
      evidence: Object.fromEntries(
        found.flatMap(({ target, evidence }) => (evidence === null ? [] : [[target.id, evidence] as const])),
      ),
      atMs: Date.parse(manifest.startedAt),
    },
  };
}

/** The scenario that was asked for, the only one, or the one whose prompts and answers are nearest in proportion. */
function scenarioOf({ manifest }: RunRecord, asked: string | undefined, workload: Workload) {
  const scenarios = manifest.scenarios.map(({ scenario }) => scenario);
  if (asked !== undefined) {
    if (scenarios.some(({ id }) => id === asked)) return { id: asked, why: "as asked for" };
    const known = scenarios.map(({ id }) => id).join(", ");
    throw new UsageError(`--scenario: "${asked}" is not in that run; ${known} are`);
  }
  if (manifest.study !== null && manifest.study.kind !== "nightly")
    return { id: scenarios[0]!.id, why: "each target at its best level" };
  const far = ({ prompt }: (typeof scenarios)[number]): number =>
    Math.abs(Math.log(prompt.inputTokens / workload.inputTokens)) +
    Math.abs(Math.log(prompt.outputTokens / workload.outputTokens));
  const [nearest] = scenarios.toSorted((a, b) => far(a) - far(b));
  const { inputTokens, outputTokens } = nearest!.prompt;
  const size = `${inputTokens}>${outputTokens} tokens`;
  return { id: nearest!.id, why: scenarios.length === 1 ? `the only one, ${size}` : `the nearest in size, ${size}` };
}

function withCapacities(offers: readonly Offer[], stated: Readonly<Record<string, number>>): readonly Offer[] {
  const hourly = offers.filter(({ target }) => target.price.kind === "hour").map(({ target }) => target.id);
  const strays = Object.keys(stated).filter((id) => !hourly.includes(id));
  if (strays.length > 0) {
    const known = hourly.length === 0 ? "none is" : `${hourly.join(", ")} are`;
    throw new UsageError(...strays.map((id) => `--capacity: ${id} is no target that is priced per hour; ${known}`));
  }
  return offers.map((offer) => ({
    ...offer,
    capacityTokensPerSecond: stated[offer.target.id] ?? offer.capacityTokensPerSecond,
  }));
}

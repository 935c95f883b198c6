import { hostname } from "node:os";
import type { RunCaps } from "../core/caps.ts";
import type { NetworkFacts, ScenarioSnapshot } from "../core/run.ts";
import type { Study } from "../core/study.ts";
import type { Target } from "../core/target.ts";
import { overloadTexts } from "../report/certificate.ts";
import { NO_PAST } from "../run/past.ts";
import type { Config } from "../scenario/config.ts";
import { knownPlans } from "../study/plan-source.ts";
import { createRun } from "../store/create.ts";
import { realTime } from "../time/time.ts";
import { certified, type Certified } from "./certified.ts";
import { contendersOf } from "./contenders.ts";
import { dryRun } from "./dry-run.ts";
import { EXIT, exitCode, type ExitCode } from "./exit-codes.ts";
import { conditionsOf, judgeConditions } from "./fail-on.ts";
import { refuseUnfitGateways } from "./gateway-fit.ts";
import { onInterrupt } from "./interrupt.ts";
import { newManifest, stampOf, type ManifestFacts } from "./manifest.ts";
import { measure, type Measured } from "./measure.ts";
import { openNetwork } from "./network.ts";
import { planAll, type Planned } from "./planned.ts";
import type { OpenSource } from "./record-run.ts";
import type { RunOptions } from "./run-options.ts";
import { selectScenarios } from "./select-scenarios.ts";
import { atSimulator, readConfig, selectTargets } from "./select-targets.ts";
import { simulatedDialects } from "./simulated-provider.ts";
import { startSimulatorProcess } from "./simulator-process.ts";
import { runCaps } from "./spend.ts";

const SEED_DEFAULT = 405;

/** `herdbench run`: select, send, record, report. */
export async function runCommand(options: RunOptions): Promise<ExitCode> {
  const config = await readConfig(options);
  const planned = await planAll(await selectScenarios(options, config));
  return runWork(options, config, { planned, study: null, search: null });
}

/** What is to be run. */
export interface Work {
  /** Of a search those that ask for the most: it makes its own as it goes. */
  readonly planned: readonly Planned[];
  readonly study: Study | null;
  /** Null: those plans. */
  readonly search: OpenSource | null;
}

/** Sends what was selected to the targets that the flags and the config name; records and reports. */
export async function runWork(options: RunOptions, config: Config | null, work: Work): Promise<ExitCode> {
  const conditions = conditionsOf(options.failOn);
  const measured = await measureWork(options, config, work);
  return measured === null ? EXIT.ok : exitCode([measured.code, judgeConditions(measured.analysis, conditions)]);
}

/** The same, for who goes on with what was measured; null after a dry run. */
export async function measureWork(options: RunOptions, config: Config | null, work: Work): Promise<Measured | null> {
  const { study, search } = work;
  const chosen = await selectTargets(options, config);
  const carried = await certified(options.resultDir, work.planned, chosen, search !== null);
  const { planned } = carried;
  const plans = planned.map(({ plan }) => plan);
  if (options.quiet !== true) sayCarried(carried, options.resultDir);
  const caps = runCaps(options, config, chosen);
  if (options.dryRun === true) {
    process.stdout.write(dryRun(plans, chosen, caps, options.json === true));
    return null;
  }
  const network = await openNetwork(options.ca, chosen, process.env);
  const seed = options.seed ?? SEED_DEFAULT;
  // From here to the end: whatever is begun is brought to an end that can be read.
  const interrupt = onInterrupt();
  // A live run needs it too: for the canary that measures our own error.
  const dialects = await simulatedDialects(chosen, options.providersDir ?? null);
  const simulator = await startSimulatorProcess({ seed, ledger: null, dialects });
  try {
    const targets = atSimulator(chosen, simulator.origin);
    const contenders = await contendersOf(targets, options.providersDir ?? null, process.env, network);
    refuseUnfitGateways(
      contenders,
      plans.map(({ scenario }) => scenario),
    );
    const facts = factsOf(options, {
      targets,
      scenarios: search === null ? planned.map(({ snapshot }) => snapshot) : [],
      study,
      carried,
      seed,
      caps,
      network: network.facts,
    });
    const time = realTime();
    const folder = await createRun(options.resultDir, { stamp: stampOf(time.originWall), label: facts.label });
    const manifest = newManifest(folder.id, facts, time);
    const { signal } = interrupt;
    const canaryOrigin = simulator.origin;
    const source: OpenSource = search ?? (() => knownPlans(plans));
    const ready = { folder, manifest, contenders, past: NO_PAST, time, source, canaryOrigin, signal };
    return await measure(ready, options);
  } finally {
    await simulator.stop();
    interrupt.release();
  }
}

function sayCarried({ overloads, isForeign }: Certified, resultDir: string): void {
  const foreign = `${resultDir}/certificate.json is of another machine, Node or version: \`herdbench certify\` makes a new one`;
  const notes = [...(isForeign ? [foreign] : []), ...overloadTexts(overloads)];
  for (const note of notes) process.stderr.write(`herdbench: ${note}\n`);
}

function factsOf(
  options: RunOptions,
  selected: {
    readonly targets: readonly Target[];
    readonly scenarios: readonly ScenarioSnapshot[];
    readonly study: Study | null;
    readonly carried: Certified;
    readonly seed: number;
    readonly caps: RunCaps;
    readonly network: NetworkFacts;
  },
): ManifestFacts {
  const { targets, scenarios, study, carried, seed, caps, network } = selected;
  return {
    label: options.label ?? study?.kind ?? (targets.every((target) => target.simulated) ? "simulated" : "run"),
    seed,
    simulated: targets.some((target) => target.simulated),
    vantage: options.vantage ?? hostname(),
    proxied: Object.keys(network.proxies).length > 0,
    network,
    maxCostUsd: caps.run.usd,
    maxTotalTokens: caps.run.tokens,
    maxRequests: caps.run.requests,
    targetCaps: caps.targets,
    maxFailureShare: options.maxFailureShare,
    timeouts: {
      connectMs: options.connectTimeout * 1000,
      firstContentMs: options.firstContentTimeout * 1000,
      idleMs: options.idleTimeout * 1000,
      totalMs: options.totalTimeout * 1000,
    },
    metadata: options.metadata ?? {},
    scenarios,
    study,
    targets,
    certificate: carried.certificate,
    overloads: carried.overloads,
  };
}

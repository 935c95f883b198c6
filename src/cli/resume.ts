import type { Manifest, NetworkFacts, RunRecord } from "../core/run.ts";
import type { Plan } from "../core/scenario.ts";
import { hasLeft, isUndecided, pastOf, type Past } from "../run/past.ts";
import { lockRun, type Unlock } from "../store/lock.ts";
import { knownPlans, type PlanSource } from "../study/plan-source.ts";
import { readRun } from "../store/read.ts";
import { reopenRun } from "../store/reopen.ts";
import { resolveRun } from "../store/resolve.ts";
import { realTime } from "../time/time.ts";
import { contendersOf } from "./contenders.ts";
import type { ExitCode } from "./exit-codes.ts";
import { refuseUnfitGateways } from "./gateway-fit.ts";
import { onInterrupt } from "./interrupt.ts";
import { resumeAt, resumedManifest } from "./manifest.ts";
import { measure } from "./measure.ts";
import { openNetwork } from "./network.ts";
import { planAgain } from "./planned.ts";
import type { ShowOptions } from "./publish-report.ts";
import { atSimulator } from "./select-targets.ts";
import { simulatedDialects } from "./simulated-provider.ts";
import { startSimulatorProcess } from "./simulator-process.ts";
import type { CapOptions } from "./spend.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

export interface ResumeOptions extends ShowOptions, CapOptions {
  readonly resultDir: string;
  readonly providersDir?: string;
  readonly ca?: string;
}

/**
 * `herdbench resume RUN`: goes on with the plan in the run's own manifest. What has an intent is never sent again, whatever
 * became of it; what was never let go is sent now. Keys are read anew from the variables that the manifest names.
 */
export async function resumeCommand(run: string, options: ResumeOptions): Promise<ExitCode> {
  const path = await resolveRun(options.resultDir, run);
  const unlock = await lockRun(path);
  try {
    const record = await readRun(path);
    const past = pastOf(record);
    refuseOther(record.manifest);
    const plans = await Promise.all(record.manifest.scenarios.map(planAgain));
    refuseWhole(record.manifest, plans, past);
    return await goOn({ path, unlock, record, plans, past }, options);
  } finally {
    // Harmless after the folder was finished; after a failure the run can be resumed again.
    await unlock();
  }
}

function refuseOther({ runId, study, toolVersion }: Manifest): void {
  if (study?.kind === "search") {
    throw new UsageError(
      `${runId} is a search, which goes by what it has just seen: start it again; \`herdbench report ${runId}\` shows what it found`,
    );
  }
  if (toolVersion === version()) return;
  throw new UsageError(
    `${runId} was begun by herdbench ${toolVersion}, this is ${version()}: its plan and prompts are certain in that version alone`,
  );
}

function refuseWhole({ runId, end, targets }: Manifest, plans: readonly Plan[], past: Past): void {
  const isWhole = plans.every((plan) => targets.every(({ id }) => !hasLeft(plan, id, past)));
  // A killed run of which nothing is missing has still to be closed.
  if (end?.reason === "complete" || (end !== null && isWhole)) {
    throw new UsageError(
      `${runId} is complete, nothing is missing: \`herdbench report ${runId}\` rebuilds its reports, \`herdbench run\` measures again`,
    );
  }
}

interface Unfinished {
  readonly path: string;
  readonly unlock: Unlock;
  readonly record: RunRecord;
  readonly plans: readonly Plan[];
  readonly past: Past;
}

async function goOn({ path, unlock, record, plans, past }: Unfinished, options: ResumeOptions): Promise<ExitCode> {
  const { manifest } = record;
  const network = await openNetwork(options.ca, manifest.targets, process.env);
  const dialects = await simulatedDialects(manifest.targets, options.providersDir ?? null);
  const interrupt = onInterrupt();
  const simulator = await startSimulatorProcess({ seed: manifest.seed, ledger: null, dialects });
  try {
    const targets = atSimulator(manifest.targets, simulator.origin);
    const contenders = await contendersOf(targets, options.providersDir ?? null, process.env, network);
    refuseUnfitGateways(
      contenders,
      manifest.scenarios.map(({ scenario }) => scenario),
    );
    const at = resumeAt(record, new Date());
    const time = realTime(at.startUs);
    const changes = { targets, ...capsWith(manifest, options), ...networkWith(manifest, network.facts) };
    const opening = resumedManifest(manifest, changes, at, time);
    const folder = await reopenRun(path, opening, unlock, isUndecided);
    const { signal } = interrupt;
    const canaryOrigin = simulator.origin;
    const source = (): PlanSource => knownPlans(plans);
    const ready = { folder, manifest: opening, contenders, past, time, source, canaryOrigin, signal };
    return (await measure(ready, options)).code;
  } finally {
    await simulator.stop();
    interrupt.release();
  }
}

/** What stood between in any process of the run. */
function networkWith({ network }: Manifest, facts: NetworkFacts): Pick<Manifest, "proxied" | "network"> {
  const proxies = { ...network.proxies, ...facts.proxies };
  const known = new Set(network.trusted.map(({ sha256 }) => sha256));
  const trusted = [...network.trusted, ...facts.trusted.filter(({ sha256 }) => !known.has(sha256))];
  return { proxied: Object.keys(proxies).length > 0, network: { proxies, trusted } };
}

/** The run's own caps, but for those that are given anew. */
function capsWith(
  manifest: Manifest,
  options: CapOptions,
): Pick<Manifest, "maxCostUsd" | "maxTotalTokens" | "maxRequests"> {
  const { maxCost } = options;
  return {
    maxCostUsd: maxCost === "none" ? null : (maxCost ?? manifest.maxCostUsd),
    maxTotalTokens: options.maxTotalTokens ?? manifest.maxTotalTokens,
    maxRequests: options.maxRequests ?? manifest.maxRequests,
  };
}

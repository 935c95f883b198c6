import { hostname } from "node:os";
import type { Plan } from "../core/scenario.ts";
import type { ScenarioSnapshot } from "../core/run.ts";
import type { Contender } from "../run/lane.ts";
import { planOf } from "../scenario/plan.ts";
import { createRun } from "../store/create.ts";
import { realTime } from "../time/time.ts";
import { contendersOf } from "./contenders.ts";
import { dryRun } from "./dry-run.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { onInterrupt } from "./interrupt.ts";
import { openProgress, silent } from "./progress.ts";
import { publishReport } from "./publish-report.ts";
import { recordRun } from "./record-run.ts";
import type { RunOptions } from "./run-options.ts";
import { selectScenarios } from "./select-scenarios.ts";
import { readConfig, selectTargets, withSimulator } from "./select-targets.ts";
import { startSimulatorProcess } from "./simulator-process.ts";
import { moneyCap } from "./spend.ts";
import { runVerdict } from "./verdict.ts";

const SEED_DEFAULT = 405;

/** `herdbench run`: select, send, record, report. */
export async function runCommand(options: RunOptions): Promise<ExitCode> {
  const config = await readConfig(options);
  const scenarios = await selectScenarios(options, config);
  const chosen = await selectTargets(options, config);
  const capUsd = moneyCap(options, options.baseUrl === undefined ? (config?.maxCostUsd ?? null) : null, chosen);
  const plans = scenarios.map(({ scenario }) => planOf(scenario));
  if (options.dryRun === true) {
    process.stdout.write(dryRun(plans, chosen, capUsd, options.json === true));
    return EXIT.ok;
  }
  const signedIn = await contendersOf(chosen, options.providersDir ?? null, process.env);
  warnOfProxy();
  const seed = options.seed ?? SEED_DEFAULT;
  // A live run needs it too: for the canary that measures our own error.
  const simulator = await startSimulatorProcess({ seed, ledger: null });
  try {
    const targets = withSimulator(chosen, simulator.origin);
    const contenders = signedIn.map((contender, i) => ({ ...contender, target: targets[i]! }));
    return await measureAndReport(options, {
      contenders,
      plans,
      scenarios,
      seed,
      capUsd,
      canaryOrigin: simulator.origin,
    });
  } finally {
    await simulator.stop();
  }
}

interface Selected {
  readonly contenders: readonly Contender[];
  readonly plans: readonly Plan[];
  readonly scenarios: readonly ScenarioSnapshot[];
  readonly seed: number;
  readonly capUsd: number | null;
  readonly canaryOrigin: string;
}

async function measureAndReport(options: RunOptions, selected: Selected): Promise<ExitCode> {
  const { contenders, plans, scenarios, seed, capUsd } = selected;
  const targets = contenders.map(({ target }) => target);
  const time = realTime();
  const label = options.label ?? (targets.every((target) => target.simulated) ? "simulated" : "run");
  const folder = await createRun(options.resultDir, { stamp: stampOf(time.originWall), label });
  const timeouts = {
    connectMs: options.connectTimeout * 1000,
    firstContentMs: options.firstContentTimeout * 1000,
    idleMs: options.idleTimeout * 1000,
    totalMs: options.totalTimeout * 1000,
  };
  const interrupt = onInterrupt();
  const facts = {
    label,
    seed,
    simulated: targets.some((target) => target.simulated),
    vantage: options.vantage ?? hostname(),
    proxied: false,
    maxCostUsd: capUsd,
    maxFailureShare: options.maxFailureShare,
    timeouts,
    metadata: options.metadata ?? {},
    scenarios,
    targets,
  };
  try {
    await recordRun(
      folder,
      facts,
      { contenders, plans, timeouts, maxCostUsd: capUsd, ca: null, time, signal: interrupt.signal },
      selected.canaryOrigin,
      options.quiet === true || options.json === true
        ? silent
        : openProgress(
            errorScreen(),
            targets.map(({ id }) => id),
          ),
    );
  } finally {
    interrupt.release();
  }
  return runVerdict(await publishReport(folder.path, options));
}

/** What a user expects of these variables does not happen yet: better said than found out. */
function warnOfProxy(): void {
  const set = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].filter(
    (name) => (process.env[name] ?? "") !== "",
  );
  if (set.length > 0)
    process.stderr.write(`herdbench: ${set.join(", ")}: not used by this version, connections are direct\n`);
}

/** `20261123T184938Z` */
function stampOf(wall: Date): string {
  return wall.toISOString().replace(/[-:]|\.\d+/g, "");
}

function errorScreen(): Parameters<typeof openProgress>[0] {
  const { stderr } = process;
  return {
    write: (text) => void stderr.write(text),
    isTTY: stderr.isTTY,
    columns: stderr.columns || 80,
    color: stderr.isTTY && (process.env["NO_COLOR"] ?? "") === "",
  };
}

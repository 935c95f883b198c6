import { NO_CAPS } from "../core/caps.ts";
import type { Observation } from "../core/observation.ts";
import type { QuotaShortfall } from "../core/run.ts";
import type { Plan, Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { loadProvider, loadScenario } from "../registry.ts";
import { plural, usd } from "../report/text.ts";
import type { Contender } from "../run/contender.ts";
import { NO_PAST } from "../run/past.ts";
import { runAll } from "../run/runner.ts";
import { openTold, shortfallsOf } from "../run/quota.ts";
import type { Config } from "../scenario/config.ts";
import { planOf } from "../scenario/plan.ts";
import { realTime } from "../time/time.ts";
import { contendersOf } from "./contenders.ts";
import type { CheckOptions } from "./check-options.ts";
import { checkedRow, unaskedRow, type CheckRow } from "./check-row.ts";
import { checkTable } from "./check-table.ts";
import { checkTargets } from "./check-targets.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { onInterrupt } from "./interrupt.ts";
import { openNetwork } from "./network.ts";
import { planAll } from "./planned.ts";
import { atSimulator, readConfig } from "./select-targets.ts";
import { isSimulatedProvider, simulatedDialects } from "./simulated-provider.ts";
import { startSimulatorProcess, type SimulatorProcess } from "./simulator-process.ts";
import { ceilings } from "./spend.ts";
import { UsageError } from "./usage-error.ts";

/** One call, short in and out: it shows everything that a run would stumble over, for a fraction of a cent. */
const CHECK: Scenario = {
  id: "check",
  title: "One small call",
  source: "the least that shows sign-in, model, usage and limits",
  prompt: {
    inputTokens: 24,
    outputTokens: 16,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "closed", maxConcurrency: 1, rampUpMs: 0, thinkTime: null },
  stop: { requests: 1, durationMs: null },
  warmups: 0,
  slo: { ttftMs: null, tpotMs: null, e2eMs: null, percentile: 0.9 },
  arrangement: "paired",
  block: null,
  retry: null,
  seed: 405,
};
const TIMEOUTS = { connectMs: 10_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 90_000 };
const CAP_USD = 1;
/** More at once would time our own connecting; one by one, dead endpoints would cost minutes. */
const AT_ONCE = 4;
const CHAT = "chat-short";

/** `herdbench providers check [ID…|--all]`: one small call to each, and what it told. */
export async function checkProviders(ids: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const config = await readConfig(options);
  const asked = await checkTargets(ids, options, config);
  const loads = await loadsToHold(options, config);
  const rows = new Map<string, CheckRow>(asked.unasked.map((row) => [row.target, row]));
  const cap = options.maxCost ?? CAP_USD;
  const askable = asked.targets.filter((target) => {
    if (cap === "none" || target.simulated || target.price.kind !== "unknown") return true;
    rows.set(target.id, unaskedRow(target, "its price is unknown: --max-cost none asks it all the same"));
    return false;
  });
  const known = ceilings([planOf(CHECK)], askable).reduce((sum, { usd: each }) => sum + (each ?? 0), 0);
  if (cap !== "none" && known > cap) {
    throw new UsageError(`these calls can cost ${usd(known)}, more than --max-cost ${cap}: name fewer, or raise it`);
  }
  if (options.json !== true) {
    const ceilingText = askable.every(({ simulated }) => simulated)
      ? "simulated, nothing is paid"
      : `at most ${usd(known)}`;
    process.stdout.write(`${plural(askable.length, "call")} of 24 tokens in and 16 out: ${ceilingText}\n\n`);
  }
  for (const [id, observation] of await askEach(askable, options)) {
    const target = askable.find((candidate) => candidate.id === id)!;
    const provider = await loadProvider(target.provider, options.providersDir ?? null);
    rows.set(id, checkedRow(target, provider.models[target.model], observation, tooLow(target, observation, loads)));
  }
  const ordered = asked.order.flatMap((id) => rows.get(id) ?? []);
  process.stdout.write(options.json === true ? `${JSON.stringify(ordered, null, 2)}\n` : checkTable(ordered));
  return ordered.some(({ verdict }) => verdict === "failed") ? EXIT.targetFailed : EXIT.ok;
}

/** What the account's limits are held against: the named scenarios, else those of the config, else a chat. */
async function loadsToHold(options: CheckOptions, config: Config | null): Promise<readonly Plan[]> {
  const named = options.scenario ?? (config !== null && config.scenarios.length > 0 ? config.scenarios : [CHAT]);
  const planned = await planAll(await Promise.all(named.map(loadScenario)));
  return planned.map(({ plan }) => plan);
}

function tooLow(target: Target, observation: Observation, loads: readonly Plan[]): readonly QuotaShortfall[] {
  const told = openTold();
  told.ended(observation);
  return loads.flatMap((plan) => shortfallsOf(plan, target, told));
}

/** One small call to each target, which has its price and its key: what came of it by target id. */
export async function askEach(
  targets: readonly Target[],
  options: Pick<CheckOptions, "ca" | "providersDir">,
): Promise<ReadonlyMap<string, Observation>> {
  const observations = new Map<string, Observation>();
  if (targets.length === 0) return observations;
  const network = await openNetwork(options.ca, targets, process.env);
  const interrupt = onInterrupt();
  const folder = options.providersDir ?? null;
  const simulator = await simulatorFor(targets, folder);
  try {
    const there = simulator === null ? targets : atSimulator(targets, simulator.origin);
    const contenders = await contendersOf(there, folder, process.env, network);
    for (let i = 0; i < contenders.length; i += AT_ONCE) {
      await callEach(contenders.slice(i, i + AT_ONCE), interrupt.signal, (observation) =>
        observations.set(observation.target, observation),
      );
    }
  } finally {
    interrupt.release();
    await simulator?.stop();
  }
  return observations;
}

async function callEach(
  contenders: readonly Contender[],
  signal: AbortSignal,
  seen: (observation: Observation) => unknown,
): Promise<void> {
  const time = realTime();
  await runAll({
    runId: time.originWall.toISOString(),
    contenders,
    plans: [planOf(CHECK)],
    isDecided: () => false,
    timeouts: TIMEOUTS,
    // What all calls can cost was held against the cap before the first one.
    caps: { run: NO_CAPS, targets: {} },
    past: NO_PAST,
    time,
    signal,
    sink: {
      intent: () => undefined,
      called: ({ observation }) => void seen(observation),
      skipped: () => undefined,
      stalled: () => undefined,
    },
    onScenario: () => undefined,
    onQuota: async () => undefined,
    onStop: () => undefined,
  });
}

/** Null when no target is played. */
async function simulatorFor(targets: readonly Target[], folder: string | null): Promise<SimulatorProcess | null> {
  if (!targets.some(isSimulatedProvider)) return null;
  const dialects = await simulatedDialects(targets, folder);
  return startSimulatorProcess({ seed: CHECK.seed, ledger: null, dialects });
}

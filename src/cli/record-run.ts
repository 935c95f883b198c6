import type { Manifest, RunEnd, ScenarioSnapshot } from "../core/run.ts";
import type { Plan } from "../core/scenario.ts";
import { quantileOf } from "../measure/quantile.ts";
import { openaiChat, PLAIN } from "../protocol/openai-chat.ts";
import { startCanary } from "../run/canary.ts";
import { runAll, type RunRequest } from "../run/runner.ts";
import type { Sink } from "../run/contender.ts";
import { quotaText } from "../report/quota.ts";
import { plain } from "../report/text.ts";
import { scrapeServers } from "../run/server-metrics.ts";
import type { PlanSource } from "../study/plan-source.ts";
import type { RunFolder } from "../store/run-folder.ts";
import { countInWorker, type CountItem } from "../tokens/pool.ts";
import { endedManifest, withQuotas } from "./manifest.ts";
import { stopNotice } from "./notices.ts";
import type { Progress } from "./progress.ts";

/**
 * Opens what gives the plans of a run.
 *
 * @param onLevels writes down the levels there are, before the next one begins
 */
export type OpenSource = (
  manifest: Manifest,
  onLevels: (levels: readonly ScenarioSnapshot[]) => Promise<void>,
) => PlanSource;

/**
 * Runs everything and leaves a complete run folder behind, whether the run was complete or interrupted.
 *
 * @param canaryOrigin of the simulator, whose canary stream measures our own error meanwhile
 */
export async function recordRun(
  folder: RunFolder,
  opening: Manifest,
  of: Omit<RunRequest, "sink" | "onScenario" | "onQuota" | "onStop" | "runId" | "plans" | "isDecided">,
  openSource: OpenSource,
  canaryOrigin: string,
  progress: Progress,
): Promise<void> {
  let manifest = opening;
  await folder.writeManifest(manifest);
  const source = openSource(manifest, async (scenarios) => {
    manifest = { ...manifest, scenarios };
    await folder.writeManifest(manifest);
  });
  const texts = openTexts();
  // A resumed run has no reading from before its first request to set beside the last one.
  const asked = opening.resumed.length > 0 ? [] : of.contenders;
  const scrapeAgain = await scrapeServers(asked, of.time);
  const canary = startCanary(canaryOrigin, folder.id, openaiChat(PLAIN), of.time);
  const running = runAll({
    ...of,
    plans: source.plans,
    isDecided: source.isDecided,
    runId: folder.id,
    sink: sinkTo(folder, texts, source, progress),
    onScenario: (plan, label) => progress.scenario(`${plan.scenario.id}  ${label}`, plannedCount(plan)),
    onQuota: async (shortfalls) => {
      for (const shortfall of shortfalls) progress.note(plain(quotaText(shortfall)));
      manifest = withQuotas(manifest, shortfalls);
      await folder.writeManifest(manifest);
    },
    onStop: (stop) => progress.note(stopNotice(stop)),
  });
  // Settled first: the canary has to end whether the run did well or not.
  const [outcome] = await Promise.allSettled([running]);
  progress.stop();
  const { errorsMs, serverLatenessMsP99 } = await canary.stop();
  if (outcome.status === "rejected") throw outcome.reason;
  const end: RunEnd = {
    ...outcome.value,
    clientErrorMsP99: quantileOf(errorsMs, 0.99),
    simulatorLatenessMsP99: serverLatenessMsP99,
  };
  const scrapes = await scrapeAgain();
  if (scrapes.length > 0) await folder.writeServerMetrics(scrapes);
  await folder.writeTokens(await countInWorker(texts.items));
  await folder.writeManifest(endedManifest(manifest, end));
  await folder.finish();
}

/** Answers waiting to be counted after the run. */
interface Texts {
  readonly items: readonly CountItem[];
  add(item: CountItem): void;
}

/** Text kept in memory, characters. What comes later has no local count, and says so by `tokens_unknown`. */
const TEXT_CHARS_MAX = 256 * 1024 * 1024;

function openTexts(): Texts {
  const items: CountItem[] = [];
  let chars = 0;
  return {
    items,
    add: (item) => {
      chars += item.text.length;
      if (chars <= TEXT_CHARS_MAX) items.push(item);
    },
  };
}

/** Null where answers decide how many requests fit. */
function plannedCount({ scenario, arrivals }: Plan): number | null {
  return scenario.load.kind === "closed" && scenario.stop.durationMs !== null ? null : arrivals.length;
}

function sinkTo(folder: RunFolder, texts: Texts, source: PlanSource, progress: Progress): Sink {
  return {
    intent: (intent) => folder.appendIntent({ v: 1, ...intent }),
    called: (called) => {
      const { observation, trace, text } = called;
      folder.appendObservation(observation);
      if (trace !== null) folder.appendEvents(trace);
      if (text !== null) texts.add({ id: observation.id, first: text.first, text: text.whole });
      source.called(called);
      progress.seen(observation);
    },
    stalled: ({ scenario, atUs, delayMs }) =>
      folder.appendStall({ v: 1, id: `${scenario}:${atUs}`, scenario, atUs, delayMs }),
    skipped: (observation) => {
      folder.appendObservation(observation);
      source.skipped(observation);
      progress.seen(observation);
    },
  };
}

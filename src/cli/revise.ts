import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Intent, Observation } from "../core/observation.ts";
import type { Revision, RunRecord } from "../core/run.ts";
import type { Price, Target } from "../core/target.ts";
import type { Analysis } from "../measure/analysis.ts";
import { CARBON_MODEL_VERSION } from "../measure/carbon/estimate.ts";
import { settlementOf, worstCase } from "../run/reservation.ts";
import { parsePrices } from "../scenario/price.ts";
import { writeAtomically } from "../store/atomic.ts";
import { readRun } from "../store/read.ts";
import { publish, type ShowOptions } from "./publish-report.ts";
import { UsageError } from "./usage-error.ts";

/** Prices by the id of their target. */
export type Prices = Readonly<Record<string, Price>>;

const TAG_CHARS = 12;

/**
 * New reports of a run by other prices and today's carbon model, in a folder of their own beside the old ones. The name of the
 * folder comes from what was put in place, so that the same revision is the same files.
 *
 * @param pricesFile null for the prices of the run
 */
export async function publishRevision(
  folder: string,
  pricesFile: string | null,
  options: ShowOptions,
): Promise<Analysis> {
  const record = await readRun(folder);
  const ids = record.manifest.targets.map(({ id }) => id);
  const prices = pricesFile === null ? {} : await readPrices(pricesFile, ids);
  const revision = revisionOf(record, prices);
  const own = join(folder, `revised-${revision.tag}`);
  await mkdir(own, { recursive: true });
  await writeAtomically(join(own, "revision.json"), `${JSON.stringify({ ...revision, prices }, null, 2)}\n`);
  return publish(own, revisedRecord(record, prices), revision, options);
}

/** @throws UsageError with everything that is wrong with the file */
export async function readPrices(path: string, targets: readonly string[]): Promise<Prices> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) throw new UsageError(`${path}: no such file`);
  const parsed = parsePrices(text, targets);
  if (!parsed.ok) throw new UsageError(...parsed.problems.map((problem) => `${path}: ${problem}`));
  return parsed.prices;
}

function revisionOf({ manifest }: RunRecord, prices: Prices): Revision {
  const repriced = Object.keys(prices).toSorted();
  const put = [CARBON_MODEL_VERSION, manifest.toolVersion, repriced.map((id) => [id, prices[id]])];
  const tag = createHash("sha256").update(JSON.stringify(put)).digest("hex").slice(0, TAG_CHARS);
  return { tag, repriced, carbonModelBefore: manifest.carbonModelVersion };
}

/** The record as if its targets had cost this: what was reserved and taken follows, what was measured stays. */
export function revisedRecord(record: RunRecord, prices: Prices): RunRecord {
  const { manifest, observations, lost } = record;
  return {
    ...record,
    manifest: {
      ...manifest,
      carbonModelVersion: CARBON_MODEL_VERSION,
      targets: manifest.targets.map((target) => withPrice(target, prices)),
    },
    observations: observations.map((one) => repricedCall(one, prices)),
    lost: lost.map((intent) => repricedIntent(record, intent, prices)),
  };
}

/** What other sources said was of the price before. */
export function withPrice<T extends Pick<Target, "id" | "price" | "otherPrices">>(target: T, prices: Prices): T {
  const price = prices[target.id];
  return price === undefined ? target : { ...target, price, otherPrices: [] };
}

function repricedCall(observation: Observation, prices: Prices): Observation {
  const price = prices[observation.target];
  if (price === undefined || observation.stamps.released === null) return observation;
  const reservedUsd = worstCase(price, observation.request).usd;
  return { ...observation, cost: { reservedUsd, usd: settlementOf(price, observation).usd } };
}

/** Nothing is known of a lost call but its scenario, which says what was asked. */
function repricedIntent({ manifest }: RunRecord, intent: Intent, prices: Prices): Intent {
  const price = prices[intent.target];
  const asked = manifest.scenarios.find(({ scenario }) => intent.id.startsWith(`${scenario.id}:${intent.target}:`));
  if (price === undefined || asked === undefined) return intent;
  const { inputTokens, outputTokens } = asked.scenario.prompt;
  return { ...intent, reservedUsd: worstCase(price, { inputTokens, maxOutputTokens: outputTokens }).usd };
}

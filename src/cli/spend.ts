import { CAP_UNITS, type Caps, type RunCaps } from "../core/caps.ts";
import { gatewayStages } from "../core/gateway.ts";
import type { Arrival, Plan } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { worstCase } from "../run/reservation.ts";
import type { Config } from "../scenario/config.ts";
import type { RunOptions } from "./run-options.ts";
import { UsageError } from "./usage-error.ts";

/** Cap of a live run when none is given, USD. */
const LIVE_CAP_USD = 1;

/** The flags that set caps: of the run as a whole. */
export type CapOptions = Pick<RunOptions, "maxCost" | "maxTotalTokens" | "maxRequests">;

/**
 * The caps of this run. In money: simulated targets cost nothing, an ad-hoc server of unknown price runs uncapped, what is
 * priced per hour is billed whether it is used or not; everything else needs a price before its first byte, and has a cap of
 * $1 unless told otherwise. With `--base-url` the config's caps for the whole run are left out, like the rest of it.
 *
 * @throws UsageError naming each target whose price is missing
 */
export function runCaps(options: RunOptions, config: Config | null, targets: readonly Target[]): RunCaps {
  const ofConfig = options.baseUrl === undefined ? config : null;
  const ids = new Set(targets.map(({ id }) => id));
  const entries = (config?.targets ?? []).filter((entry) => ids.has(entry.id));
  const ofTargets = entries.flatMap(({ id, maxCostUsd: usd, maxTotalTokens: tokens, maxRequests: requests }) => {
    const caps: Caps = { usd, tokens, requests };
    return CAP_UNITS.some((unit) => caps[unit] !== null) ? [[id, caps] as const] : [];
  });
  refuseUnpriced(Object.fromEntries(ofTargets), targets);
  return {
    run: {
      usd: moneyCap(options, ofConfig?.maxCostUsd ?? null, targets),
      tokens: options.maxTotalTokens ?? ofConfig?.maxTotalTokens ?? null,
      requests: options.maxRequests ?? ofConfig?.maxRequests ?? null,
    },
    targets: Object.fromEntries(ofTargets),
  };
}

/** A cap in money on one target holds by its price per token, or not at all. */
function refuseUnpriced(caps: RunCaps["targets"], targets: readonly Target[]): void {
  const problems = targets.flatMap(({ id, price }) => {
    if ((caps[id]?.usd ?? null) === null || price.kind === "tokens") return [];
    const why = price.kind === "hour" ? "a price per hour is billed whether it is used or not" : "its price is unknown";
    return [`${id}: maxCostUsd cannot hold: ${why}; set maxTotalTokens or maxRequests, or give a price per token`];
  });
  if (problems.length > 0) throw new UsageError(...problems);
}

/** The cap in money alone. @throws UsageError naming each target whose price is missing */
export function moneyCap(
  options: Pick<RunOptions, "maxCost" | "baseUrl">,
  configCap: number | "none" | null,
  targets: readonly Target[],
): number | null {
  const asked = options.maxCost ?? configCap;
  if (asked === "none") return null;
  const live = targets.filter((target) => !target.simulated);
  const unpriced = live.filter(({ price }) => price.kind === "unknown");
  const adHoc = options.baseUrl !== undefined && asked === null;
  const refused = adHoc ? unpriced.filter(({ provider }) => provider !== "openai-compatible") : unpriced;
  if (refused.length > 0) {
    const why = asked === null ? "" : ` and --max-cost ${asked} cannot hold without one`;
    throw new UsageError(
      ...refused.map(({ id }) => `${id}: its price is unknown${why}: give --price in,out or --max-cost none`),
    );
  }
  if (asked !== null) return asked;
  return live.some(({ price }) => price.kind === "tokens") ? LIVE_CAP_USD : null;
}

/** What a run will ask for, at most. */
export interface Ceiling {
  readonly target: string;
  readonly scenario: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null without a price per token. */
  readonly usd: number | null;
}

/** Requests, tokens and money of every target × scenario, warm-ups included. Prompts at their planned length; money at the worst case. */
export function ceilings(plans: readonly Plan[], targets: readonly Target[]): Ceiling[] {
  return plans.flatMap((plan) => {
    const { scenario } = plan;
    const lengths = attemptsOf(plan);
    return targets.map((target) => {
      const ceiling = { requests: 0, inputTokens: 0, outputTokens: 0 };
      let usd: number | null = 0;
      for (const { count, inputTokens, outputTokens } of lengths) {
        const each = worstCase(target.price, { inputTokens, maxOutputTokens: outputTokens }).usd;
        ceiling.requests += count;
        ceiling.inputTokens += count * inputTokens;
        ceiling.outputTokens += count * outputTokens;
        usd = usd === null || each === null ? null : usd + count * each;
      }
      return { target: target.id, scenario: scenario.id, ...ceiling, usd };
    });
  });
}

/** How many attempts there are of each length. */
interface Lengths extends Pick<Arrival, "inputTokens" | "outputTokens"> {
  count: number;
}

/** At the worst every request takes all its attempts; of a gateway load only the last one of each stage is tried again. */
function attemptsOf({ scenario: { load, retry, stop }, warmups, arrivals }: Plan): readonly Lengths[] {
  const again = (retry?.attempts ?? 1) - 1;
  const stages = load.kind === "gateway" ? gatewayStages(load, stop.requests ?? 0).length : Infinity;
  const lengths = new Map<string, Lengths>();
  const add = ({ inputTokens, outputTokens }: Arrival, count: number): void => {
    const key = `${inputTokens}>${outputTokens}`;
    const known = lengths.get(key) ?? { count: 0, inputTokens, outputTokens };
    known.count += count;
    lengths.set(key, known);
  };
  for (const arrival of warmups) add(arrival, 1);
  for (const [i, arrival] of arrivals.entries()) add(arrival, i < stages ? 1 + again : 1);
  return [...lengths.values()];
}

import type { NightCheck } from "../core/night.ts";
import type { Target } from "../core/target.ts";
import { loadProvider } from "../registry.ts";
import type { Config } from "../scenario/config.ts";
import type { AskedTarget } from "../study/nightly/facts.ts";
import { askEach } from "./check.ts";
import { checkedRow } from "./check-row.ts";
import { missingToSignIn } from "./contenders.ts";
import type { NightlyOptions } from "./nightly-options.ts";
import { selectTargets } from "./select-targets.ts";
import { SIMULATED_IDS } from "./simulated-targets.ts";
import { UsageError } from "./usage-error.ts";

/** A target that can be asked, or why it cannot: one bad entry must not cost the others their night. */
export type NightCandidate = Omit<AskedTarget, "check"> &
  ({ readonly made: Target } | { readonly made: null; readonly check: NightCheck });

const FINE: NightCheck = { verdict: "ok", failure: null, unasked: null, note: "", usd: null };

/** Every target of the night, in order. @throws UsageError when `--target` names one that there is not */
export async function nightCandidates(
  options: NightlyOptions,
  config: Config | null,
): Promise<readonly NightCandidate[]> {
  const own = config?.targets ?? [];
  const ids = options.target ?? (own.length > 0 ? own.map(({ id }) => id) : SIMULATED_IDS);
  const candidates: NightCandidate[] = [];
  for (const id of ids) {
    const entry = own.find((one) => one.id === id) ?? null;
    const known = { target: id, goneUntil: entry?.expect?.until ?? null };
    try {
      const [made] = await selectTargets({ ...noFlags(options), target: [id] }, config);
      const check = await unaskable(made!, options, config);
      const { provider } = made!;
      candidates.push(check === null ? { ...known, provider, made: made! } : { ...known, provider, made: null, check });
    } catch (error) {
      if (!(error instanceof UsageError) || entry === null) throw error;
      const check = notAsked("configuration", error.problems.join("; "));
      candidates.push({ ...known, provider: entry.provider, made: null, check });
    }
  }
  return candidates;
}

/** The flags of a run that a night leaves alone. */
export function noFlags(options: NightlyOptions) {
  return {
    ...(options.providersDir === undefined ? {} : { providersDir: options.providersDir }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.vantage === undefined ? {} : { vantage: options.vantage }),
    maxFailureShare: options.maxFailureShare,
    connectTimeout: 10,
    firstContentTimeout: 120,
    idleTimeout: 60,
    totalTimeout: 600,
    resultDir: options.resultDir,
    quiet: true,
  };
}

async function unaskable(target: Target, options: NightlyOptions, config: Config | null): Promise<NightCheck | null> {
  const missing = await missingToSignIn(target, options.providersDir ?? null, process.env);
  if (missing.length > 0) return notAsked("key-missing", missing.join("; "));
  const cap = nightCap(options, config);
  if (target.price.kind === "unknown" && !target.simulated && cap !== "none") {
    return notAsked("price-unknown", 'its price is unknown: give it one, or "maxCostUsd": "none"');
  }
  return null;
}

/** What the user says of the night's cap; null for nothing. */
export function nightCap(options: NightlyOptions, config: Config | null): number | "none" | null {
  return options.maxCost ?? config?.nightly.maxCostUsd ?? config?.maxCostUsd ?? null;
}

function notAsked(unasked: NonNullable<NightCheck["unasked"]>, note: string): NightCheck {
  return { verdict: "not asked", failure: null, unasked, note, usd: null };
}

/** One small call to each that can be asked. What the simulator plays as itself has nothing to show. */
export async function checkCandidates(
  candidates: readonly NightCandidate[],
  options: NightlyOptions,
): Promise<readonly AskedTarget[]> {
  const askable = candidates.flatMap(({ made }) => (made === null || made.provider === "simulator" ? [] : [made]));
  const observations = await askEach(askable, options);
  return Promise.all(
    candidates.map(async (candidate) => {
      const { target, provider, goneUntil } = candidate;
      const known = { target, provider, goneUntil };
      if (candidate.made === null) return { ...known, check: candidate.check };
      const observation = observations.get(target);
      if (observation === undefined) return { ...known, check: FINE };
      const { models } = await loadProvider(provider, options.providersDir ?? null);
      const row = checkedRow(candidate.made, models[candidate.made.model], observation, []);
      const { verdict, failure, note, usd } = row;
      return { ...known, check: { verdict, failure, unasked: null, note, usd } };
    }),
  );
}

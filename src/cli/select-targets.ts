import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { DEFAULT_MODEL } from "../core/provider.ts";
import { PLAIN_TERMS, type Price, type Target } from "../core/target.ts";
import { loadProvider } from "../registry.ts";
import { parseConfig, type Config, type TargetEntry } from "../scenario/config.ts";
import { makeTarget, UNSET } from "./make-target.ts";
import { refuseUnlisted } from "./unlisted.ts";
import type { RunOptions } from "./run-options.ts";
import { otherModelNote, simulatedProvider } from "./simulated-provider.ts";
import { SIMULATED_IDS, simulatedTargets } from "./simulated-targets.ts";
import { UsageError } from "./usage-error.ts";

const CONFIG_FILE = "herdbench.json";
/** Stands for the simulator's origin until it is started: a dry run never starts it. */
export const NO_ORIGIN = "http://127.0.0.1:0";

/** Reads the config that was asked for, or `herdbench.json` when there is one; null when there is none. */
export async function readConfig(options: Pick<RunOptions, "config">): Promise<Config | null> {
  const path = options.config ?? CONFIG_FILE;
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) {
    if (options.config === undefined) return null;
    throw new UsageError(`${path}: no such file`);
  }
  const parsed = parseConfig(text, basename(path));
  if (!parsed.ok) throw new UsageError(...parsed.problems);
  return parsed.config;
}

/**
 * The targets that the flags and the config name, in this order: `--base-url`, `--provider`, `--target`, all of the config,
 * the simulated ones. Simulated targets still lack their origin; see {@link atSimulator}.
 */
export async function selectTargets(options: RunOptions, config: Config | null): Promise<Target[]> {
  refuseIgnored(options);
  const targets: Target[] = [];
  if (options.baseUrl !== undefined) targets.push(await adHocTarget(options, options.baseUrl));
  for (const id of options.provider ?? []) targets.push(await defaultTarget(id, options));
  if (options.target !== undefined) targets.push(...(await namedTargets(options.target, config, options)));
  if (targets.length === 0) {
    const entries = config?.targets ?? [];
    targets.push(
      ...(entries.length > 0
        ? await Promise.all(entries.map((entry) => fromEntry(entry, options)))
        : simulatedTargets(NO_ORIGIN)),
    );
  }
  const twice = targets.find(({ id }, i) => targets.findIndex((other) => other.id === id) < i);
  if (twice !== undefined) throw new UsageError(`target ${twice.id} is named twice`);
  if (options.quiet !== true) noteOtherModels(targets);
  return targets.map((target) => withFlags(target, options));
}

/** Figures of one model must not pass for those of another. */
function noteOtherModels(targets: readonly Target[]): void {
  for (const target of targets) {
    const note = otherModelNote(target);
    if (note !== null) process.stderr.write(`herdbench: ${target.id} ${note}\n`);
  }
}

/** A flag that nothing would read is a mistake worth knowing. */
function refuseIgnored(options: RunOptions): void {
  const problems: string[] = [];
  if (options.endpoint !== undefined && options.baseUrl === undefined) problems.push("--endpoint: needs --base-url");
  if (options.model !== undefined && options.baseUrl === undefined && options.provider === undefined) {
    problems.push(`--model: needs --base-url or --provider; the targets of ${CONFIG_FILE} name their own`);
  }
  if (problems.length > 0) throw new UsageError(...problems);
}

/** The simulated targets at the running simulator; others unchanged. */
export function atSimulator(targets: readonly Target[], origin: string): Target[] {
  return targets.map((target) => {
    if (!target.simulated) return target;
    const { origin: before } = new URL(target.baseUrl);
    const moved = (text: string): string => (text.startsWith(`${before}/`) ? origin + text.slice(before.length) : text);
    const parameters = Object.entries(target.parameters).map(([name, value]) => [name, moved(value)] as const);
    return { ...target, baseUrl: moved(target.baseUrl), parameters: Object.fromEntries(parameters) };
  });
}

async function namedTargets(
  ids: readonly string[],
  config: Config | null,
  options: Pick<RunOptions, "providersDir">,
): Promise<Target[]> {
  const entries = config?.targets ?? [];
  const simulated = simulatedTargets(NO_ORIGIN);
  const problems: string[] = [];
  const targets: Target[] = [];
  for (const id of ids) {
    const entry = entries.find((candidate) => candidate.id === id);
    const embedded =
      simulated.find((candidate) => candidate.id === id) ??
      (await simulatedProvider(id, options.providersDir ?? null, NO_ORIGIN));
    if (entry !== undefined) targets.push(await fromEntry(entry, options));
    else if (embedded !== null) targets.push(embedded);
    else {
      const known = [...entries.map((candidate) => candidate.id), ...SIMULATED_IDS, "simulator:PROVIDER"].join(", ");
      problems.push(`no target "${id}"; known ones: ${known}; others stand in ${CONFIG_FILE}`);
    }
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return targets;
}

function defaultTarget(provider: string, options: RunOptions): Promise<Target> {
  return fromEntry({ ...UNSET, id: provider, provider, model: options.model ?? DEFAULT_MODEL }, options);
}

function adHocTarget(options: RunOptions, baseUrl: string): Promise<Target> {
  const entry: TargetEntry = {
    ...UNSET,
    id: new URL(baseUrl).host,
    provider: "openai-compatible",
    model: options.model ?? DEFAULT_MODEL,
    baseUrl,
    endpoint: options.endpoint ?? null,
  };
  return fromEntry(entry, options);
}

async function fromEntry(entry: TargetEntry, { providersDir }: Pick<RunOptions, "providersDir">): Promise<Target> {
  refuseUnlisted(entry, await loadProvider(entry.provider, providersDir ?? null));
  return makeTarget(entry, providersDir ?? null, process.env);
}

/** Flags that hold for every target of the run. */
function withFlags(target: Target, options: RunOptions): Target {
  const price: Price | null =
    options.price === undefined
      ? null
      : {
          kind: "tokens",
          inputUsdPerMtok: options.price.input,
          outputUsdPerMtok: options.price.output,
          cachedInputUsdPerMtok: null,
          batch: null,
          asOf: null,
          source: "user (--price)",
          ...PLAIN_TERMS,
        };
  return {
    ...target,
    // A real key has no business at the simulator.
    apiKeyEnv: target.simulated ? target.apiKeyEnv : (options.apiKeyEnv ?? target.apiKeyEnv),
    headers: { ...target.headers, ...options.header },
    extraBody: { ...target.extraBody, ...options.extraBody },
    price: price ?? target.price,
    otherPrices: price === null ? target.otherPrices : [],
    userSupplied: price === null ? target.userSupplied : [...new Set([...target.userSupplied, "price"])],
  };
}

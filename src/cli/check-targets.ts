import { DEFAULT_MODEL } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { loadProvider, providerIds } from "../registry.ts";
import type { Config } from "../scenario/config.ts";
import type { CheckOptions } from "./check-options.ts";
import { unaskedRow, type CheckRow } from "./check-row.ts";
import { missingToSignIn } from "./contenders.ts";
import { makeTarget, UNSET } from "./make-target.ts";
import { NO_ORIGIN } from "./select-targets.ts";
import { simulatedProvider } from "./simulated-provider.ts";
import { UsageError } from "./usage-error.ts";

/** What is asked, what cannot be and why, and the order to show them in. */
export interface CheckTargets {
  readonly targets: readonly Target[];
  readonly unasked: readonly CheckRow[];
  readonly order: readonly string[];
}

/**
 * Targets of herdbench.json by id, else default targets of the providers; without ids all of the file. Those that cannot be
 * asked are an error when they were named, and a row with --all.
 */
export async function checkTargets(
  ids: readonly string[],
  options: CheckOptions,
  config: Config | null,
): Promise<CheckTargets> {
  const folder = options.providersDir ?? null;
  const isAll = options.all === true;
  const own = config?.targets ?? [];
  if (isAll && ids.length > 0) throw new UsageError("name what to check, or give --all, not both");
  if (!isAll && ids.length === 0 && own.length === 0) {
    throw new UsageError("name the providers to check, give --all, or write targets into herdbench.json");
  }
  if (options.target !== undefined) return played(options.target, isAll ? await providerIds(folder) : ids, folder);
  const targets: Target[] = [];
  const unasked: CheckRow[] = [];
  const problems: string[] = [];
  const named = ids.length > 0 ? ids : own.map(({ id }) => id);
  const order = isAll ? await providerIds(folder) : named;
  for (const id of order) {
    const entry = (isAll ? undefined : own.find((one) => one.id === id)) ?? {
      ...UNSET,
      id,
      provider: id,
      model: options.model ?? DEFAULT_MODEL,
    };
    const provider = await loadProvider(entry.provider, folder);
    const model = provider.models[entry.model];
    if (isAll && (provider.baseUrl === null || (model?.id ?? null) === null)) continue;
    try {
      const target = await makeTarget(entry, folder, process.env);
      const missing = await missingToSignIn(target, folder, process.env);
      if (missing.length === 0) targets.push(target);
      else if (isAll) unasked.push(unaskedRow(target, missing.join("; ")));
      else problems.push(...missing.map((problem) => `${id}: ${problem}`));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (isAll)
        unasked.push(
          unaskedRow({ ...entry, modelId: model?.id ?? entry.model, simulated: false }, error.problems.join("; ")),
        );
      else problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return { targets, unasked, order };
}

/** The same providers, played by the simulator; those without an address of their own have none to play. */
async function played(name: string, ids: readonly string[], folder: string | null): Promise<CheckTargets> {
  const [isKnown, fault = ""] = /^simulator(@[a-z0-9-]+)?$/.exec(name) ?? [];
  if (isKnown === undefined) {
    throw new UsageError(`--target ${name}: is neither simulator nor simulator@FAULT, such as simulator@http-429`);
  }
  const providers = await Promise.all(ids.map((id) => loadProvider(id, folder)));
  const names = providers.flatMap(({ id, baseUrl }) => (baseUrl === null ? [] : [`simulator:${id}${fault}`]));
  const targets = await Promise.all(names.map((each) => simulatedProvider(each, folder, NO_ORIGIN)));
  return { targets: targets.filter((target) => target !== null), unasked: [], order: names };
}

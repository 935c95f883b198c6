import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { statedSignIn } from "./auth/stated.ts";
import { traceOf } from "./core/load.ts";
import type { Provider } from "./core/provider.ts";
import type { ProviderModule } from "./core/provider-module.ts";
import type { Scenario } from "./core/scenario.ts";
import { packageRoot } from "./package-root.ts";
import { openaiChat } from "./protocol/openai-chat.ts";
import { parseScenario } from "./scenario/parse.ts";
import { parseProvider } from "./scenario/provider-file.ts";

/** A file that could not be used, with every reason at once. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** A scenario with the exact text of its file. */
export interface ScenarioFile {
  readonly scenario: Scenario;
  readonly text: string;
  readonly path: string;
}

/** Ids of the scenarios that ship with the package, sorted. */
export async function scenarioIds(): Promise<string[]> {
  return idsIn(join(packageRoot(), "scenarios"));
}

/**
 * A scenario by its id, or by the path of a JSON file of the user's.
 *
 * @throws RegistryError with every problem of the file
 */
export async function loadScenario(idOrPath: string): Promise<ScenarioFile> {
  const isPath = idOrPath.includes("/") || idOrPath.includes("\\") || idOrPath.endsWith(".json");
  const path = isPath ? idOrPath : join(packageRoot(), "scenarios", `${idOrPath}.json`);
  const text = await readFile(path, "utf8").catch(async () => {
    const known = (await scenarioIds()).join(", ");
    throw new RegistryError([
      isPath
        ? `${path}: no such file`
        : `no scenario "${idOrPath}"; known ones: ${known}; or give the path of a JSON file`,
    ]);
  });
  const parsed = parseScenario(text, basename(path));
  if (!parsed.ok) throw new RegistryError(parsed.problems.map((problem) => `${path}: ${problem}`));
  return { scenario: besideIt(parsed.scenario, dirname(path)), text, path };
}

/** A file that a scenario names lies beside it, unless its path says otherwise. */
function besideIt(scenario: Scenario, folder: string): Scenario {
  const { load, prompt } = scenario;
  const trace = traceOf(load);
  const beside = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  return {
    ...scenario,
    load: trace === null ? load : { ...trace, file: beside(trace.file) },
    prompt: prompt.dataset === null ? prompt : { ...prompt, dataset: beside(prompt.dataset) },
  };
}

/**
 * Ids of the providers that ship with the package, and of those in a folder of the user's (null for none), sorted.
 *
 * @throws RegistryError when there is no such folder
 */
export async function providerIds(ownFolder: string | null): Promise<string[]> {
  const folders = [join(packageRoot(), "providers"), ...(ownFolder === null ? [] : [ownFolder])];
  const plain = await Promise.all(folders.map((folder) => idsIn(folder)));
  const coded = await idsIn(fileURLToPath(CODE), CODE_END);
  return [...new Set([...plain.flat(), ...coded])].toSorted();
}

/**
 * The facts of a provider by its id; a file in the user's own folder goes before the ones that ship.
 *
 * @throws RegistryError when there is no such provider or its file is broken
 */
export async function loadProvider(id: string, ownFolder: string | null): Promise<Provider> {
  return (await loadModule(id, ownFolder)).facts;
}

/** A provider with its wire and sign-in: as {@link loadProvider} otherwise. */
export async function loadModule(id: string, ownFolder: string | null): Promise<ProviderModule> {
  const folders = [...(ownFolder === null ? [] : [ownFolder]), join(packageRoot(), "providers")];
  for (const folder of folders) {
    const path = join(folder, `${id}.json`);
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) continue;
    const parsed = parseProvider(text, basename(path));
    if (!parsed.ok) throw new RegistryError(parsed.problems.map((problem) => `${path}: ${problem}`));
    return stated(parsed.provider);
  }
  const known = await providerIds(ownFolder);
  if (!known.includes(id)) throw new RegistryError([`no provider "${id}"; known ones: ${known.join(", ")}`]);
  // oxlint-disable-next-line import/no-dynamic-require -- one of the files just listed, loaded only for its own provider
  const module = (await import(new URL(id + CODE_END, CODE).href)) as { readonly default: ProviderModule };
  return module.default;
}

/** Where the providers with code in them are: sources in a clone, beside the compiled program in the package. */
const CODE = new URL("../providers/", import.meta.url);
const CODE_END = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** A provider that is all data speaks the OpenAI dialect. */
function stated(facts: Provider): ProviderModule {
  return {
    facts,
    wire: () => openaiChat(facts.dialect),
    signIn: async (target, variables, tools) => statedSignIn(facts.signIn, target, variables, tools),
  };
}

async function idsIn(folder: string, end = ".json"): Promise<string[]> {
  const names = await readdir(folder).catch(() => {
    throw new RegistryError([`${folder}: no such folder`]);
  });
  return names
    .filter((name) => name.endsWith(end) && !name.endsWith(".d.ts"))
    .map((name) => basename(name, end))
    .toSorted();
}

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Provider } from "./core/provider.ts";
import type { Scenario } from "./core/scenario.ts";
import { packageRoot } from "./package-root.ts";
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
  return { scenario: parsed.scenario, text, path };
}

/**
 * Ids of the providers that ship with the package, and of those in a folder of the user's (null for none), sorted.
 *
 * @throws RegistryError when there is no such folder
 */
export async function providerIds(ownFolder: string | null): Promise<string[]> {
  const shipped = await idsIn(join(packageRoot(), "providers"));
  const own = ownFolder === null ? [] : await idsIn(ownFolder);
  return [...new Set([...shipped, ...own])].toSorted();
}

/**
 * A provider by its id; a file in the user's own folder goes before the one that ships.
 *
 * @throws RegistryError when there is no such provider or its file is broken
 */
export async function loadProvider(id: string, ownFolder: string | null): Promise<Provider> {
  const folders = [...(ownFolder === null ? [] : [ownFolder]), join(packageRoot(), "providers")];
  for (const folder of folders) {
    const path = join(folder, `${id}.json`);
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) continue;
    const parsed = parseProvider(text, basename(path));
    if (!parsed.ok) throw new RegistryError(parsed.problems.map((problem) => `${path}: ${problem}`));
    return parsed.provider;
  }
  throw new RegistryError([`no provider "${id}"; known ones: ${(await providerIds(ownFolder)).join(", ")}`]);
}

async function idsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => {
    throw new RegistryError([`${folder}: no such folder`]);
  });
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => basename(name, ".json"))
    .toSorted();
}

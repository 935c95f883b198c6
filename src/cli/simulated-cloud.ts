import { isObject } from "../core/json.ts";
import type { SignInTools, Variables } from "../core/sign-in.ts";
import type { Target } from "../core/target.ts";
import { CLOUD_IDS, PLANTED_PLACES } from "../simulator/planted.ts";
import { makeTarget, UNSET } from "./make-target.ts";

/** Whether the simulator plays a provider by its sign-in and wire, and not by a dialect. */
export function isCloud(provider: string): boolean {
  return CLOUD_IDS.includes(provider);
}

/**
 * A provider with code, played by the simulator: its own addresses below that of the simulator, and planted accounts. No
 * variable of the environment is read for it.
 *
 * @param origin of the simulator, or what stands for it until it is started
 * @param fault that every request meets; undefined for none
 */
export async function simulatedCloud(
  of: { readonly name: string; readonly id: string; readonly model: string; readonly fault: string | undefined },
  ownFolder: string | null,
  origin: string,
): Promise<Target> {
  const target = await makeTarget(
    { ...UNSET, id: of.name, provider: of.id, model: of.model },
    ownFolder,
    PLANTED_PLACES,
  );
  const room = `${origin}/cloud.${of.id}${of.fault === undefined ? "" : `@${of.fault}`}`;
  const moved = (url: string): string => {
    const { hostname, pathname } = new URL(url);
    return `${room}/${hostname}${pathname.replace(/\/$/, "")}`;
  };
  const parameters = Object.entries(target.parameters).map(([name, value]) => [
    name,
    value.startsWith("https://") ? moved(value) : value,
  ]);
  return {
    ...target,
    baseUrl: moved(target.baseUrl),
    parameters: Object.fromEntries(parameters) as Record<string, string>,
    simulated: true,
  };
}

/** What the user of the simulated clouds would have in environment and files: planted accounts alone. */
export async function plantedSurroundings(
  { baseUrl }: Target,
  exchange: SignInTools["exchange"],
): Promise<{ readonly variables: Variables; readonly readFile: SignInTools["readFile"] }> {
  const { origin, pathname } = new URL(baseUrl);
  const url = `${origin}/planted?profile=${pathname.split("/")[1]}`;
  const asked = await exchange({ method: "GET", url, headers: {}, body: null });
  const planted: unknown = asked.ok ? JSON.parse(asked.response.body) : null;
  const textsIn = (name: string): Readonly<Record<string, unknown>> =>
    isObject(planted) && isObject(planted[name]) ? planted[name] : {};
  const textAt = (texts: Readonly<Record<string, unknown>>, key: string): string | null => {
    const value = Object.hasOwn(texts, key) ? texts[key] : null;
    return typeof value === "string" ? value : null;
  };
  return {
    variables: (name) => textAt(textsIn("variables"), name),
    readFile: async (path) => textAt(textsIn("files"), path),
  };
}

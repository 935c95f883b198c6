import type { Provider } from "../core/provider.ts";

/** The address of one target, every placeholder filled. */
export interface Address {
  readonly baseUrl: string;
  readonly region: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What of an address the user or the target says; the rest comes from variables and the provider's own facts. */
export interface Given {
  readonly baseUrl: string | null;
  readonly region: string | null;
  readonly parameters: Readonly<Record<string, string>>;
}

export type AddressResult =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Fills the placeholders of a provider's address, or names everything that is missing and where to put it. */
export function addressOf(provider: Provider, given: Given, env: NodeJS.ProcessEnv): AddressResult {
  const template = given.baseUrl ?? provider.baseUrl;
  if (template === null) {
    return {
      ok: false,
      problems: [
        `provider ${provider.id} has no address of its own: give --base-url, or set baseUrl in herdbench.json`,
      ],
    };
  }
  const problems: string[] = [];
  const region = given.region ?? provider.parameters["region"]?.standard ?? provider.regions?.[0] ?? null;
  const parameters: Record<string, string> = { ...given.parameters };
  for (const [name, { title, env: variables, standard }] of Object.entries(provider.parameters)) {
    if (name === "region" || Object.hasOwn(parameters, name)) continue;
    const variable = variables.find((candidate) => (env[candidate] ?? "") !== "");
    const value = variable === undefined ? standard : env[variable]!;
    if (value !== null) parameters[name] = value;
    else if (isNeeded(name, template, provider)) {
      const mend = variables.length > 0 ? `set the environment variable ${variables[0]}, or ` : "";
      problems.push(`${title} is missing: ${mend}put it into herdbench.json as parameters.${name}`);
    }
  }
  const baseUrl = template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name === "region" ? (region ?? whole) : bareHost(parameters[name] ?? whole),
  );
  if (problems.length === 0 && baseUrl.includes("{region}")) {
    problems.push(`a region is missing: put it into herdbench.json as region`);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, address: { baseUrl, region, parameters } };
}

/** A part of the provider's own address is not missed in another one. */
function isNeeded(name: string, template: string, { baseUrl }: Provider): boolean {
  const placeholder = `{${name}}`;
  return template.includes(placeholder) || baseUrl?.includes(placeholder) !== true;
}

/** Variables such as DATABRICKS_HOST hold a host or its whole address, as their users please. */
function bareHost(value: string): string {
  return value.replace(/^https?:\/\//, "").replace(/\/+$/, "");
}

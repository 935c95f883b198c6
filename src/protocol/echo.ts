import type { Dialect } from "../core/provider.ts";

/**
 * Makes the judge of echoed model names: true for the model that was asked for, false for another one, such as a silent
 * redirect. A server that is known to echo something else is never blamed. Where nobody knows how it writes names, another
 * spelling of the same one is accepted too.
 *
 * @param known id asked for, canonical name and aliases
 */
export function echoTest(mode: Dialect["echo"], known: readonly string[]): (echoed: string) => boolean {
  if (mode === "differs") return () => true;
  const exact = new Set(known.flatMap((id) => [id.toLowerCase(), bare(id)]));
  const names = new Set(known.map(plainName));
  return (echoed) =>
    exact.has(echoed.toLowerCase()) || exact.has(bare(echoed)) || (mode === "unknown" && names.has(plainName(echoed)));
}

/** Without the account that owns it (`accounts/fireworks/models/`) and the route that led to it (`:free`, `:together`). */
function bare(id: string): string {
  return id
    .toLowerCase()
    .replace(/^accounts\/[^/]+\/models\//, "")
    .replace(/(?<=[^:]):[a-z][a-z0-9-]*$/, "");
}

/** `meta-llama/Meta-Llama-3.1-8B-Instruct` and `llama-3.1-8b-instruct` are one name: no publisher, no signs. */
function plainName(id: string): string {
  return bare(id)
    .replace(/^.*\//, "")
    .replace(/^meta-/, "")
    .replace(/[^a-z0-9]+/g, "-");
}

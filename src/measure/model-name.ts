import type { Target } from "../core/target.ts";

/** A model's size as names state it: `405b`, `8x7b`, `0.5b`. */
const SIZE = /(?:^|[^a-z\d.])(?:\d+x)?\d+(?:\.\d+)?b(?![a-z\d])/;

/** Families of models, as names begin with them; Hermes and Nemotron are often called by the model below, too. */
const FAMILY =
  /(?<![a-z])(?:llama|hermes|nemotron|tulu|gpt|claude|mistral|mixtral|qwen|gemma|gemini|deepseek|phi|grok|command|kimi|glm|minimax)(?![a-z])/g;

/**
 * True when an answer names a model that is not the one that was asked for. Sellers name the same model in many ways, so only
 * a contradiction counts. Of families: the echo names one, so does the id asked for or the canonical name, and they share none.
 * Of sizes: the echo states a size, so does the id asked for or the canonical name, and as plain letters and
 * digits neither name contains the other. `meta-llama/Llama-3.1-405B-Instruct-Turbo` is the 405B model, and so may
 * `deployment-7` be; `llama-3.1-8b-instruct` is not.
 */
export function isOtherModel(echoed: string | null, { modelId, model }: Pick<Target, "modelId" | "model">): boolean {
  if (echoed === null || echoed === modelId) return false;
  const asked = [modelId, model].flatMap(familiesOf);
  const families = familiesOf(echoed);
  if (asked.length > 0 && families.length > 0 && !families.some((family) => asked.includes(family))) return true;
  if (!SIZE.test(echoed.toLowerCase())) return false;
  const known = [modelId, model].filter((name) => SIZE.test(name.toLowerCase())).map(bare);
  const named = bare(echoed);
  return known.length > 0 && known.every((name) => !named.includes(name) && !name.includes(named));
}

/**
 * Llama 3 and what was made of it, by its names: the models whose tokens the pinned tokenizer counts. Llama 4 and Hermes on
 * other models have tokenizers of their own; no other family has a model of 405 billion parameters.
 */
const LLAMA_3 = /llama[-_. ]?v?3|405b|hermes-[34]-(?:8b|70b)|tulu-3/i;

/** Whether the pinned tokenizer is the model's own. */
export function isLlama3(model: string): boolean {
  return LLAMA_3.test(model);
}

/** Of the name itself: a path before it tells who serves it. */
function familiesOf(name: string): readonly string[] {
  return name.toLowerCase().split("/").at(-1)!.match(FAMILY) ?? [];
}

/** Without the path before it; `v3p1` as `3.1`; letters and digits alone. */
function bare(name: string): string {
  const last = name.toLowerCase().split("/").at(-1)!;
  return last
    .replace(/(\d)p(?=\d)/g, "$1.")
    .replace(/(?<![a-z\d])v(?=\d)/g, "")
    .replace(/[^a-z\d]/g, "");
}

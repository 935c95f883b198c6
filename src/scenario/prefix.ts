import { random } from "../core/random.ts";
import type { Scenario } from "../core/scenario.ts";
import { addFiller, nonce, NONCE_TOKENS } from "./prompts.ts";
import { VOCABULARY } from "./words.ts";

/**
 * The text that prompts with this prefix share on one target in one run, and with nothing else: what is warm was warmed by
 * the run itself. Its tokens are its words + 3, like those of a prompt.
 */
export function prefixText(
  index: number,
  { runId, target, scenario }: { readonly runId: string; readonly target: string; readonly scenario: Scenario },
): string {
  const { id, seed, prompt } = scenario;
  const words = [nonce(runId, id, target, "prefix", index)];
  const stream = random(seed, "prefix text", id, index);
  addFiller(words, prompt.prefix!.tokens - NONCE_TOKENS + 1, VOCABULARY[prompt.content], stream);
  return words.join(" ");
}

import { random } from "../core/random.ts";
import { BLOCK_TOKENS, type Scenario } from "../core/scenario.ts";
import { addFiller, instruction, nonce, NONCE_TOKENS } from "./prompts.ts";
import { VOCABULARY } from "./words.ts";

/**
 * A prompt of blocks: two of them begin alike for as long as their ids do, as those of a trace did. The first block opens with
 * a nonce of the run and target, so that nothing is cached from elsewhere, and with an instruction that is the same in all.
 * Its tokens are its words + 3, like those of any other prompt.
 *
 * @param inputTokens of all blocks together; the last one is shorter
 */
export function blockPrompt(
  ids: readonly number[],
  inputTokens: number,
  { runId, target, scenario }: { readonly runId: string; readonly target: string; readonly scenario: Scenario },
): string {
  const { seed, id: name, prompt } = scenario;
  const words: string[] = [];
  ids.forEach((id, i) => {
    const stream = random(seed, "block", name, id);
    if (i === 0)
      words.push(nonce(runId, name, target, "block", id), ...instruction(prompt.content, prompt.outputTokens));
    const length = Math.min(inputTokens, (i + 1) * BLOCK_TOKENS);
    addFiller(words, length - NONCE_TOKENS + 1, VOCABULARY[prompt.content], stream);
  });
  return words.join(" ");
}

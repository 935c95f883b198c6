import type { Scenario } from "../core/scenario.ts";
import { parseDataset, withNonce, type DatasetRow, type OwnPrompt } from "../scenario/dataset.ts";
import { lineProblems } from "../scenario/line-problems.ts";
import { nonce } from "../scenario/prompts.ts";
import { countInWorker, TEXT_CHARS_MAX, type CountItem } from "../tokens/pool.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The prompts of a dataset with their lengths by the pinned tokenizer, nonce included: counted before anything is timed.
 *
 * @throws UsageError naming every line that is wrong or too long, never its text
 */
export async function countedRows(path: string, text: string, { prompt }: Scenario): Promise<readonly DatasetRow[]> {
  const parsed = parseDataset(text);
  if (!parsed.ok) throw new UsageError(...parsed.problems.map((problem) => `${path}: ${problem}`));
  const counts = new Map((await countInWorker(items(parsed.prompts, prompt.cache))).map((count) => [count.id, count]));
  const problems = lineProblems();
  const rows = parsed.prompts.flatMap(({ line, messages, answer, outputTokens }): DatasetRow[] => {
    const counted = messages.map((_, i) => counts.get(`${line}:${i}`));
    if (counted.includes(undefined)) problems.add(line, `holds a text of more than ${TEXT_CHARS_MAX} characters`);
    const inputTokens = counted.reduce((sum, count) => sum + (count?.output ?? 0), 0);
    if (inputTokens > prompt.inputTokens) {
      problems.add(
        line,
        `has more tokens than ${prompt.inputTokens}: raise prompt.inputTokens (--input-len), or leave it out`,
      );
    }
    const ofAnswer = answer === null ? null : (counted[0]?.first ?? null);
    return [{ messages, inputTokens, outputTokens: outputTokens ?? ofAnswer }];
  });
  if (problems.any()) throw new UsageError(...problems.sentences().map((problem) => `${path}: ${problem}`));
  return rows;
}

/** One item per message; the answer is counted beside the first. */
function* items(prompts: readonly OwnPrompt[], cache: "cold" | "warm"): Generator<CountItem> {
  // Twelve digits are four tokens, whichever they are.
  const anyNonce = nonce();
  for (const { line, messages, answer } of prompts) {
    const sent = cache === "cold" ? withNonce(messages, anyNonce) : messages;
    for (const [i, { content }] of sent.entries()) {
      yield { id: `${line}:${i}`, first: i === 0 ? (answer ?? "") : "", text: content };
    }
  }
}

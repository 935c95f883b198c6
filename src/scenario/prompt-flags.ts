import type { ThinkTime } from "../core/load.ts";
import type { Scenario, ScenarioPrompt } from "../core/scenario.ts";

/** Flags of the command line that say what is asked; null for one that was not given. */
export interface PromptFlags {
  /** `--input-len`, tokens. */
  readonly inputLen: number | null;
  /** `--output-len`, tokens. */
  readonly outputLen: number | null;
  /** `--cache cold|warm`. */
  readonly cache: string | null;
  /** `--prefix-len`, tokens that prompts share. */
  readonly prefixLen: number | null;
  /** `--num-prefixes`. */
  readonly numPrefixes: number | null;
  /** `--turns` of a conversation. */
  readonly turns: number | null;
  /** `--turn-len`, tokens of each user message but the first. */
  readonly turnLen: number | null;
  /** `--dataset`, a file. */
  readonly dataset: string | null;
}

/** How they are written. */
export const PROMPT_FLAGS: Readonly<Record<keyof PromptFlags, string>> = {
  inputLen: "--input-len",
  outputLen: "--output-len",
  cache: "--cache",
  prefixLen: "--prefix-len",
  numPrefixes: "--num-prefixes",
  turns: "--turns",
  turnLen: "--turn-len",
  dataset: "--dataset",
};

/** Members of a scenario as flags make them, not checked yet. */
interface Unchecked {
  readonly prompt: Readonly<Record<string, unknown>>;
  readonly conversation: Readonly<Record<string, unknown>> | null;
}

/** What is asked, with what the flags say in place of the scenario's own. A prefix makes prompts warm. */
export function promptOfFlags(own: Scenario, flags: PromptFlags, thinkTime: ThinkTime | null): Unchecked {
  const hasPrefix = flags.prefixLen !== null || flags.numPrefixes !== null;
  const inputTokens = flags.inputLen ?? own.prompt.inputTokens;
  return {
    prompt: {
      ...own.prompt,
      inputTokens,
      outputTokens: flags.outputLen ?? own.prompt.outputTokens,
      cache: flags.cache ?? (hasPrefix ? "warm" : own.prompt.cache),
      prefix: hasPrefix ? prefixOf(own.prompt, flags) : own.prompt.prefix,
      dataset: flags.dataset ?? own.prompt.dataset,
    },
    conversation: conversationOf(own, flags, inputTokens, thinkTime),
  };
}

function prefixOf(
  { prefix }: ScenarioPrompt,
  { prefixLen, numPrefixes }: PromptFlags,
): Readonly<Record<string, unknown>> {
  return { tokens: prefixLen ?? prefix?.tokens, count: numPrefixes ?? prefix?.count ?? 1 };
}

/** Further messages are as long as the first one unless told otherwise. */
function conversationOf(
  { conversation: own }: Scenario,
  { turns, turnLen }: PromptFlags,
  inputTokens: number,
  thinkTime: ThinkTime | null,
): Unchecked["conversation"] {
  if (turns === null && own === null) return null;
  return {
    turns: turns ?? own?.turns,
    inputTokens: turnLen ?? own?.inputTokens ?? inputTokens,
    thinkTime: thinkTime ?? own?.thinkTime ?? null,
  };
}

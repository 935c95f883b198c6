import type { TransientKind } from "./failure.ts";
import { traceOf, type Load, type ThinkTime } from "./load.ts";
import type { Message } from "./provider.ts";
import type { Us } from "./units.ts";

/** What the model is asked to read and write. Token counts are those of the pinned Llama 3.1 tokenizer. */
export interface PromptShape {
  /** Tokens of the user message, nonce included, chat template excluded. */
  readonly inputTokens: number;
  /** Output limit sent with each request; the prompt asks for more, so that answers reach it. */
  readonly outputTokens: number;
  /** Kind of text: speculative decoding answers code and JSON faster than prose. */
  readonly content: "prose" | "code" | "json";
  /** `cold`: a nonce of its own opens each prompt, so no prefix cache helps. `warm`: prompts of one target begin alike, or are alike. */
  readonly cache: "cold" | "warm";
}

/** Lengths drawn per request: log-normal by median and 95th percentile, and never above the most. Tokens. */
export interface LengthSpread {
  readonly inputTokensP95: number;
  readonly inputTokensMax: number;
  readonly outputTokensP95: number;
  readonly outputTokensMax: number;
}

/** Texts that prompts open with, each of its own run and target. */
export interface SharedPrefix {
  /** Of the prompt's tokens, the system message's. */
  readonly tokens: number;
  /** How many there are; each request has one of them. */
  readonly count: number;
}

/** What the requests of a scenario say. Where a trace or a dataset tells their lengths, those here are the most that a request may have. */
export interface ScenarioPrompt extends PromptShape {
  /** Null: all have the same lengths. Else those are the medians. */
  readonly spread: LengthSpread | null;
  /** Null: prompts share nothing, or everything. */
  readonly prefix: SharedPrefix | null;
  /** Path of a file with prompts of the user's own, which are sent in place of made ones; null for none. */
  readonly dataset: string | null;
}

/** Of a scenario that asks no model anything. */
export const NO_PROMPT: ScenarioPrompt = {
  inputTokens: 0,
  outputTokens: 0,
  content: "prose",
  cache: "cold",
  spread: null,
  prefix: null,
  dataset: null,
};

/** False for one that asks the gateway alone. */
export function asksModel({ prompt }: Pick<Scenario, "prompt">): boolean {
  return prompt.inputTokens !== NO_PROMPT.inputTokens;
}

/** The scenario as its file says it. */
export function asWritten(scenario: Scenario): object {
  return asksModel(scenario) ? scenario : { ...scenario, prompt: null };
}

/** Requests that follow one another: each repeats all that was said before, the model's own answers included. */
export interface Conversation {
  readonly turns: number;
  /** Of each user message but the first, whose tokens are the prompt's. */
  readonly inputTokens: number;
  /** Between an answer and the next turn; null for none. */
  readonly thinkTime: ThinkTime | null;
}

/** The scenario ends at whichever comes first. At least one is set, but for a trace, which has an end of its own. */
export interface Stop {
  readonly requests: number | null;
  readonly durationMs: number | null;
}

/** Service level objective: a request is good when it meets every limit that is set. */
export interface Slo {
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly e2eMs: number | null;
  /** The quantile at which the limits are meant to hold, in (0, 1): 0.95 for p95. */
  readonly percentile: number;
}

/** `paired`: all targets in the same minutes on one schedule. `rotated`: one target after another, block by block. */
export type Arrangement = "paired" | "rotated";

/** A part of a scenario by its length; at most one is set, and none: the whole scenario is one block. */
export interface Block {
  readonly requests: number | null;
  readonly durationMs: number | null;
}

/** What happens to a request that fails; the runner alone tries again, and each attempt is a record of its own. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Failures that are tried again. */
  readonly on: readonly TransientKind[];
  /** Longest wait before the second attempt; it doubles before each further one. */
  readonly backoffMs: number;
  /** No wait is longer, and a server that asks for a longer one is not asked again. */
  readonly waitMsMax: number;
}

/** One workload: what is asked, how fast, for how long, and what counts as good. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** Where the lengths come from, for whoever asks why these numbers. */
  readonly source: string;
  readonly prompt: ScenarioPrompt;
  /** Null: each request stands alone. */
  readonly conversation: Conversation | null;
  readonly load: Load;
  readonly stop: Stop;
  /** Requests sent first, one by one per target, and left out of every statistic. */
  readonly warmups: number;
  readonly slo: Slo;
  readonly arrangement: Arrangement;
  /** From one to the next connections are new, and rotated targets come in another order. Null: chosen by the load. */
  readonly block: Block | null;
  /** Null: a failure stands. */
  readonly retry: RetryPolicy | null;
  readonly seed: number;
}

/** What a prompt is made from beside its scenario, seed and pair. */
export type Material =
  /** Parts of {@link BLOCK_TOKENS} tokens, the last one shorter: equal ids are equal text. */
  | { readonly kind: "blocks"; readonly ids: readonly number[] }
  /** A prompt of the user's own. */
  | { readonly kind: "messages"; readonly messages: readonly Message[] }
  /** One of the scenario's shared prefixes, by its number. */
  | { readonly kind: "prefix"; readonly index: number };

/** Tokens of one block of a Mooncake trace. */
export const BLOCK_TOKENS = 512;

/** One planned request, equal for all targets. */
export interface Arrival {
  /** Index that pairs the same prompt on different targets; warm-ups count from 0 on their own. */
  readonly pair: number;
  readonly phase: "warmup" | "measured";
  /** 1 for the first of a conversation, and so on; 0 for a request that stands alone. */
  readonly turn: number;
  /** Due time after the scenario's start; null where an answer decides: in closed loop, and after a conversation's first turn. */
  readonly dueUs: Us | null;
  /** Of all messages together, where answers before this turn are as long as their limits. */
  readonly inputTokens: number;
  /** Limit of the answer. */
  readonly outputTokens: number;
  /** What the prompt is made from; null: words by scenario, seed and pair. */
  readonly material: Material | null;
  /** Part of the scenario whose figures also stand by themselves: `step 2 8/s`; null for none. */
  readonly slice: string | null;
  /** Part of the plan: from one to the next connections are new, and rotated targets take turns. From 0. */
  readonly block: number;
}

/** The most that any request of a scenario asks for. */
export function mostAsked({
  prompt,
  conversation,
}: Pick<Scenario, "prompt" | "conversation">): Pick<Arrival, "inputTokens" | "outputTokens"> {
  const { spread } = prompt;
  const first = spread === null ? prompt.inputTokens : spread.inputTokensMax;
  const outputTokens = spread === null ? prompt.outputTokens : spread.outputTokensMax;
  if (conversation === null) return { inputTokens: first, outputTokens };
  return { inputTokens: first + (conversation.turns - 1) * (conversation.inputTokens + outputTokens), outputTokens };
}

/**
 * Short label of what is asked: `100>300 tok`, `~1469>13 tok` where lengths are drawn, `1000>130 tok x5` for turns, `trace
 * lengths`, `own prompts`, `no tokens`.
 */
export function lengthsLabel(scenario: Pick<Scenario, "prompt" | "conversation" | "load">): string {
  const { prompt, conversation, load } = scenario;
  if (!asksModel(scenario)) return "no tokens";
  if (traceOf(load) !== null) return "trace lengths";
  if (prompt.dataset !== null) return "own prompts";
  const turns = conversation === null ? "" : ` x${conversation.turns}`;
  return `${prompt.spread === null ? "" : "~"}${prompt.inputTokens}>${prompt.outputTokens} tok${turns}`;
}

/** Everything that a scenario will ask of one target, in order. A pure function of the scenario and its files. */
export interface Plan {
  readonly scenario: Scenario;
  /** Ids of those that are asked; null for all targets of the run. */
  readonly targets: readonly string[] | null;
  readonly warmups: readonly Arrival[];
  readonly arrivals: readonly Arrival[];
}

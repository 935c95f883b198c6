import type { TransientKind } from "./failure.ts";
import type { Load } from "./load.ts";
import type { Us } from "./units.ts";

/** What the model is asked to read and write. Token counts are those of the pinned Llama 3.1 tokenizer. */
export interface PromptShape {
  /** Tokens of the user message, nonce included, chat template excluded. */
  readonly inputTokens: number;
  /** Output limit sent with each request; the prompt asks for more, so that answers reach it. */
  readonly outputTokens: number;
  /** Kind of text: speculative decoding answers code and JSON faster than prose. */
  readonly content: "prose" | "code" | "json";
  /** `cold`: a nonce of its own opens each prompt, so no prefix cache helps. `warm`: each target reads one prompt again and again. */
  readonly cache: "cold" | "warm";
}

/** Of a scenario that asks no model anything. */
export const NO_PROMPT: PromptShape = { inputTokens: 0, outputTokens: 0, content: "prose", cache: "cold" };

/** False for one that asks the gateway alone. */
export function asksModel({ prompt }: Pick<Scenario, "prompt">): boolean {
  return prompt.inputTokens !== NO_PROMPT.inputTokens;
}

/** The scenario as its file says it. */
export function asWritten(scenario: Scenario): object {
  return asksModel(scenario) ? scenario : { ...scenario, prompt: null };
}

/** The scenario ends at whichever comes first. At least one is set. */
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
  readonly prompt: PromptShape;
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

/** One planned request, equal for all targets. */
export interface Arrival {
  /** Index that pairs the same prompt on different targets; warm-ups count from 0 on their own. */
  readonly pair: number;
  readonly phase: "warmup" | "measured";
  /** Due time after the scenario's start; null in closed loop, where a free slot decides. */
  readonly dueUs: Us | null;
  /** Part of the scenario whose figures also stand by themselves: `step 2 8/s`; null for none. */
  readonly slice: string | null;
  /** Part of the plan: from one to the next connections are new, and rotated targets take turns. From 0. */
  readonly block: number;
}

/** Short label of what is asked: `100>300 tok`, `no tokens`. */
export function lengthsLabel(scenario: Pick<Scenario, "prompt">): string {
  const { inputTokens, outputTokens } = scenario.prompt;
  return asksModel(scenario) ? `${inputTokens}>${outputTokens} tok` : "no tokens";
}

/** Everything that a scenario will ask of one target, in order. A pure function of scenario and seed. */
export interface Plan {
  readonly scenario: Scenario;
  /** Ids of those that are asked; null for all targets of the run. */
  readonly targets: readonly string[] | null;
  readonly warmups: readonly Arrival[];
  readonly arrivals: readonly Arrival[];
}

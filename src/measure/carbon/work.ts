import { LAYERS_TIMES_WIDTH, PARAMETERS } from "./data/constants.ts";

/** Tokens of one attempt. Failed attempts burn energy too and belong in. */
export interface AttemptTokens {
  /** Prompt tokens as billed, cached ones included; as asked for where nothing was billed. */
  readonly inputTokens: number;
  /** Of them, read from a prefix cache as reported; 0 where nothing is reported. */
  readonly cachedTokens: number;
  /** Output tokens, by usage where reported, never counted in chunks; those that came before a failure. */
  readonly outputTokens: number;
  /** `failed`: died after its first token. `refused`: before it, so that its prompt may or may not have been read. */
  readonly outcome: "completed" | "failed" | "refused";
}

/** What was asked of one target in one window, and at what pace it answered. */
export interface Workload {
  readonly attempts: readonly AttemptTokens[];
  /**
   * Median time per output token over the answers, in ms: 1000 (last − first token) / (n_out − 1). Null when no answer
   * shows one. It is one figure for the window because the calibration is a median too, and because one ceiling can be
   * explained where a ceiling per answer cannot.
   */
  readonly itlMs: number | null;
  /** Median time to first token in ms; a check only, never turned into energy. */
  readonly ttftMs: number | null;
}

/** Sums in which the energy model is linear: nothing else of the tokens counts. */
export interface WorkSums {
  /** Fresh and cached prompt tokens of answered attempts, each times the attention of its prompt. */
  readonly freshTokens: number;
  readonly cachedTokens: number;
  /** Prompt tokens of refused attempts, times attention. */
  readonly refusedTokens: number;
  readonly outputTokens: number;
  /** Output tokens times the context that each one reads: n_out (n_in + n_out / 2). */
  readonly contextReads: number;
}

/** A workload, summed up: attempts by the thousand become a dozen numbers. */
export interface Work {
  readonly sums: WorkSums;
  /** Output tokens of the answers that completed: the functional unit is counted in them. */
  readonly servedTokens: number;
  readonly completed: number;
  /** Mean prompt of all attempts, in tokens. */
  readonly meanInputTokens: number;
  /** Mean prompt of the attempts whose prompt was read; null when there are none. */
  readonly meanRead: { readonly inputTokens: number; readonly cachedTokens: number } | null;
  /** Mean answer that completed; null when there are none. */
  readonly meanAnswer: { readonly inputTokens: number; readonly outputTokens: number } | null;
  readonly itlMs: number | null;
  readonly ttftMs: number | null;
}

/**
 * Work per prompt token relative to the weights alone: 1 + n_in L d / P. Attention adds 5 % at 10,000 tokens and 65 % at
 * 128,000.
 */
export function attention(inputTokens: number): number {
  return 1 + (inputTokens * LAYERS_TIMES_WIDTH.range.central) / PARAMETERS.range.central;
}

function sumsOf(attempts: readonly AttemptTokens[]): WorkSums {
  const sums = { freshTokens: 0, cachedTokens: 0, refusedTokens: 0, outputTokens: 0, contextReads: 0 };
  for (const { inputTokens, cachedTokens, outputTokens, outcome } of attempts) {
    const factor = attention(inputTokens);
    const cached = Math.min(cachedTokens, inputTokens);
    if (outcome === "refused") {
      sums.refusedTokens += inputTokens * factor;
      continue;
    }
    sums.freshTokens += (inputTokens - cached) * factor;
    sums.cachedTokens += cached * factor;
    sums.outputTokens += outputTokens;
    sums.contextReads += outputTokens * (inputTokens + outputTokens / 2);
  }
  return sums;
}

/** Sums a workload of at least one attempt. */
export function workOf({ attempts, itlMs, ttftMs }: Workload): Work {
  const completed = attempts.filter(({ outcome }) => outcome === "completed");
  const read = attempts.filter(({ outcome }) => outcome !== "refused");
  return {
    sums: sumsOf(attempts),
    servedTokens: total(completed, "outputTokens"),
    completed: completed.length,
    meanInputTokens: mean(attempts, "inputTokens"),
    meanRead:
      read.length === 0 ? null : { inputTokens: mean(read, "inputTokens"), cachedTokens: mean(read, "cachedTokens") },
    meanAnswer:
      completed.length === 0
        ? null
        : { inputTokens: mean(completed, "inputTokens"), outputTokens: mean(completed, "outputTokens") },
    itlMs,
    ttftMs,
  };
}

type Tokens = "inputTokens" | "cachedTokens" | "outputTokens";

export function total(attempts: readonly AttemptTokens[], of: Tokens): number {
  return attempts.reduce((sum, attempt) => sum + attempt[of], 0);
}

function mean(attempts: readonly AttemptTokens[], of: Tokens): number {
  return total(attempts, of) / attempts.length;
}

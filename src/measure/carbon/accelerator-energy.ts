import { PARAMETERS } from "./data/constants.ts";
import type { Shape } from "./data/shapes.ts";
import { logInterpolate } from "./log-interpolate.ts";
import { attention, type WorkSums } from "./work.ts";

/** Share of peak that no implementation exceeds: the floor under a prefill's duration. */
const MFU_MAX = 0.9;

/** One value each of what a client cannot see: a column of the model, or one draw. */
export interface Conditions {
  /** Sequences in flight. */
  readonly batch: number;
  /** Share of peak operations reached in prefill. */
  readonly mfu: number;
  /** Accelerator power in prefill and in reading keys and values, as shares of TDP. */
  readonly prefillPower: number;
  readonly kvPower: number;
  /** Cost of a cached input token, of a fresh one. */
  readonly cachedToken: number;
  /** Share of its prompt that a refused attempt had read. */
  readonly refusedPrefill: number;
}

/** Joules of all accelerators. */
export interface AcceleratorJoules {
  readonly prefill: number;
  readonly decode: number;
  readonly kvRead: number;
}

/**
 * Energy of a workload at the accelerators, in joules. Prefill: 2 P operations per token at the power it draws over the
 * speed it reaches; decode: measured joules per output token at this batch; reading keys and values: seconds per output
 * and context token at the power drawn. The measured decode already holds its own short chat prompts, so that adding
 * ours counts an estimated 2 % (batch 8) to 16 % (batch 256) twice: kept, on the high side.
 */
export function acceleratorJoules(shape: Shape, work: WorkSums, at: Conditions): AcceleratorJoules {
  const perPromptToken = (2 * PARAMETERS.range.central * at.prefillPower * shape.tdpW) / (at.mfu * shape.peakFlops);
  return {
    prefill: promptTokens(work, at) * perPromptToken,
    decode: work.outputTokens * decodeJoules(shape, at.batch),
    kvRead: work.contextReads * shape.kvReadS * at.kvPower * shape.tdpW * shape.gpus,
  };
}

/** Seconds for which the workload holds the whole deployment, as if it ran alone and back to back. */
export function deploymentSeconds(shape: Shape, work: WorkSums, at: Conditions): number {
  const perPromptToken = (2 * PARAMETERS.range.central) / (at.mfu * shape.peakFlops * shape.gpus);
  const decode = work.outputTokens / decodeTokensPerS(shape, at.batch);
  return promptTokens(work, at) * perPromptToken + decode + work.contextReads * shape.kvReadS;
}

/** Measured joules of all accelerators per output token, log-log between the measured batches, clamped at both ends. */
export function decodeJoules(shape: Shape, batch: number): number {
  return logInterpolate(shape.decode.batch, shape.decode.joulesPerOutputToken, batch);
}

/** Measured output tokens per second of the whole deployment, likewise. */
export function decodeTokensPerS(shape: Shape, batch: number): number {
  return logInterpolate(shape.decode.batch, shape.decode.outputTokensPerS, batch);
}

/**
 * Seconds below which this hardware cannot have read a prompt: its operations at 90 % of peak. A first token that comes
 * sooner had a cached prefix, or more or other hardware behind it.
 */
export function prefillFloorS(shape: Shape, inputTokens: number, cachedTokens: number): number {
  const operations = (inputTokens - cachedTokens) * attention(inputTokens) * 2 * PARAMETERS.range.central;
  return operations / (MFU_MAX * shape.peakFlops * shape.gpus);
}

/** Share of the prompt that cannot have been computed here in the time to first token; 0 when all of it can. */
export function unexplainedPrefill(floorS: number, ttftS: number): number {
  return floorS > ttftS ? 1 - ttftS / floorS : 0;
}

function promptTokens(work: WorkSums, at: Conditions): number {
  return work.freshTokens + at.cachedToken * work.cachedTokens + at.refusedPrefill * work.refusedTokens;
}

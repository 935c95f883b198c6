import { billedTokens, credibleUsage, wasSent, type BilledTokens } from "../core/bill.ts";
import type { Observation } from "../core/observation.ts";
import type { Usage } from "../core/provider.ts";
import { callUsd, type Price } from "../core/target.ts";

/** Worst case of what a seller's own tokenizer and chat template add to our count. */
const INPUT_TOKENS_PER_MARGIN_TOKEN = 10;
const INPUT_MARGIN_TOKENS = 64;

/**
 * Text of any kind and language has fewer characters per token than this on average: English prose has four to five, code and
 * JSON about three. Content events are not counted, since some servers cut tokens into several.
 */
const CHARS_PER_TOKEN_MAX = 8;

/** The most that one call can take. */
export interface Reservation {
  /** Null without a price per token. */
  readonly usd: number | null;
  /** Input and output together. */
  readonly tokens: number;
}

/** What one ended call took; null where the seller may have billed something that nobody said. */
export interface Settlement {
  readonly usd: number | null;
  readonly tokens: number | null;
  /** 0 when it never reached the server. */
  readonly requests: 0 | 1;
}

/** What a call asks for. */
export type Asked = Pick<Observation["request"], "inputTokens" | "maxOutputTokens">;

/** What has come of an answer so far. */
export interface SoFar {
  readonly usage: Usage | null;
  /** Of text. */
  readonly chars: number;
}

/** The planned input with a margin of 10 % and 64 tokens, and the full output limit; nothing where no model is asked. */
export function worstCase(price: Price, asked: Asked): Reservation {
  if (asked.maxOutputTokens === 0) return { usd: callUsd(price, { input: 0, output: 0, cached: 0 }), tokens: 0 };
  const margin = Math.ceil(asked.inputTokens / INPUT_TOKENS_PER_MARGIN_TOKEN) + INPUT_MARGIN_TOKENS;
  const input = asked.inputTokens + margin;
  const output = asked.maxOutputTokens;
  return { usd: callUsd(price, { input, output, cached: 0 }), tokens: input + output };
}

/** True when what has come already costs more than was reserved for the whole call. */
export function isPast(price: Price, reserved: Reservation, asked: Asked, soFar: SoFar): boolean {
  const least = tokensAtLeast(asked, soFar);
  if (least.input + least.output > reserved.tokens) return true;
  const usd = callUsd(price, least);
  return usd !== null && reserved.usd !== null && usd > reserved.usd;
}

/**
 * What a call took, by its bill; else unknown, so that it keeps its reservation; or at least what had come, where this alone
 * is more.
 */
export function settlementOf(price: Price, observation: Observation): Settlement {
  const { request, usage, response } = observation;
  const requests = wasSent(observation) ? 1 : 0;
  const billed = billedTokens(observation);
  if (billed !== null) return { ...amountOf(price, billed), requests };
  const reserved = worstCase(price, request);
  const least = amountOf(price, tokensAtLeast(request, { usage, chars: response.chars }));
  // Past in tokens is not always past in money, and the other way round.
  return { usd: ifMore(least.usd, reserved.usd), tokens: ifMore(least.tokens, reserved.tokens), requests };
}

function amountOf(price: Price, tokens: BilledTokens): Reservation {
  return { usd: callUsd(price, tokens), tokens: tokens.input + tokens.output };
}

function ifMore(least: number | null, reserved: number | null): number | null {
  return least !== null && reserved !== null && least > reserved ? least : null;
}

/** A lower bound: by the server's running totals where it sends them, else by the length of the text. */
function tokensAtLeast(asked: Asked, { usage: reported, chars }: SoFar): BilledTokens {
  const usage = credibleUsage(reported);
  return {
    input: usage?.input ?? asked.inputTokens,
    output: Math.max(usage?.output ?? 0, Math.floor(chars / CHARS_PER_TOKEN_MAX)),
    cached: usage?.cached ?? 0,
  };
}

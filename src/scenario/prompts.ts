import { hash53, random, type Random } from "../core/random.ts";
import type { Arrival, PromptShape } from "../core/scenario.ts";
import { VOCABULARY, type Vocabulary } from "./words.ts";

/**
 * Every prompt keeps one invariant: **tokens = whitespace-separated words + 3**. The nonce is one word of four tokens,
 * because Llama 3 splits digits in groups of three; every other word is one token together with the space before it.
 * So there is no punctuation, no line break, no digit after the nonce, and whoever counts words counts tokens.
 */
const NONCE_DIGITS = 12;
export const NONCE_TOKENS = 4;

/** The shortest prompt: the nonce and the longest instruction, with one word to spare. */
export const PROMPT_TOKENS_MIN = 16;

/** The longest prompt: far past every context window, and still quick to build. */
export const PROMPT_TOKENS_MAX = 1_000_000;

/** What makes one request's prompt. `scenario` and `target` are ids; `seed` is the scenario's. */
export interface PromptRequest extends Pick<Arrival, "pair" | "phase"> {
  readonly runId: string;
  readonly target: string;
  readonly scenario: string;
  readonly shape: PromptShape;
  readonly seed: number;
}

/** A user message and its exact length in tokens of the pinned Llama 3.1 tokenizer, without the chat template. */
export interface Prompt {
  readonly text: string;
  readonly inputTokens: number;
}

/**
 * The user message of one request: a nonce that no other request shares (unless the cache is to be warm), an instruction to write more than the output
 * limit allows, then natural-looking filler up to the wanted length. After the nonce the text depends on seed,
 * scenario, phase and pair alone, so every target reads the same. RangeError when the length is outside
 * {@link PROMPT_TOKENS_MIN} to {@link PROMPT_TOKENS_MAX}.
 */
export function promptOf(request: PromptRequest): Prompt {
  const { inputTokens, outputTokens, content } = request.shape;
  if (!Number.isInteger(inputTokens) || inputTokens < PROMPT_TOKENS_MIN || inputTokens > PROMPT_TOKENS_MAX) {
    throw new RangeError(`a prompt has ${PROMPT_TOKENS_MIN} to ${PROMPT_TOKENS_MAX} tokens, not ${inputTokens}`);
  }
  // Warm: whatever the arrival, the prompt of the first one.
  const of: PromptRequest = request.shape.cache === "cold" ? request : { ...request, phase: "measured", pair: 0 };
  const words = [nonce(of.runId, of.scenario, of.target, of.phase, of.pair), ...instruction(content, outputTokens)];
  const stream = random(of.seed, "prompt", of.scenario, of.phase, of.pair);
  addFiller(words, inputTokens - NONCE_TOKENS + 1, VOCABULARY[content], stream);
  return { text: words.join(" "), inputTokens };
}

/** Decimal digits that open a text, so that no prefix cache holds it: not of another target, nor of another night. */
export function nonce(...parts: readonly (string | number)[]): string {
  return String(hash53(parts.join("\u0000")) % 10 ** NONCE_DIGITS).padStart(NONCE_DIGITS, "0");
}

/** What an answer is counted in, and the tokens that one such unit has at the very least. */
const UNITS: Readonly<Record<PromptShape["content"], { readonly phrase: string; readonly tokensMin: number }>> = {
  prose: { phrase: "words of prose", tokensMin: 1 },
  code: { phrase: "lines of code", tokensMin: 4 },
  json: { phrase: "fields of JSON", tokensMin: 4 },
};

/** Asks for twice the limit: models answer somewhat short of what they are asked for. */
const LENGTH_MARGIN = 2;

/** The words that ask for an answer above the limit. */
export function instruction(content: PromptShape["content"], outputTokens: number): string[] {
  const { phrase, tokensMin } = UNITS[content];
  const count = Math.ceil((LENGTH_MARGIN * outputTokens) / tokensMin);
  return `Write more than ${roundedUpInWords(count)} ${phrase} in which`.split(" ");
}

const ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TENS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const SCALES = [
  { unit: 100, digits: ONES, name: "hundred" },
  { unit: 1000, digits: ONES, name: "thousand" },
  { unit: 10_000, digits: TENS, name: "thousand" },
  { unit: 100_000, digits: ONES, name: "hundred thousand" },
  { unit: 1_000_000, digits: ONES, name: "million" },
];

/** The next number with one digit other than zero, in words, because digits after a space are two tokens. */
function roundedUpInWords(n: number): string {
  const scale = SCALES.find(({ unit }) => n <= 9 * unit);
  if (scale === undefined) throw new RangeError(`no prompt asks for an answer of ${n} units`);
  return `${scale.digits[Math.ceil(n / scale.unit) - 1]} ${scale.name}`;
}

/** Clauses that follow one another without punctuation; each ends with the conjunction that leads to the next. */
const CLAUSES: readonly (readonly (keyof Vocabulary)[])[] = (
  [
    "determiners adjectives nouns verbs determiners nouns conjunctions",
    "determiners nouns adverbs verbs determiners adjectives nouns conjunctions",
    "determiners nouns verbs determiners nouns prepositions determiners adjectives nouns conjunctions",
    "determiners adjectives nouns prepositions determiners nouns verbs determiners nouns conjunctions",
  ] as const
).map((clause) => clause.split(" ") as (keyof Vocabulary)[]);

/** Appends words until there are `length` of them; the last clause may stop in its middle. */
export function addFiller(words: string[], length: number, vocabulary: Vocabulary, stream: Random): void {
  while (words.length < length) {
    for (const part of CLAUSES[stream.int(CLAUSES.length)]!) {
      const choices = vocabulary[part];
      words.push(choices[stream.int(choices.length)]!);
    }
  }
  words.length = length;
}

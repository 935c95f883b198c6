import { z } from "zod";
import { PATH_CHARS_MAX, thinkTimeSchema } from "./load-schema.ts";
import { strictObject } from "./problems.ts";
import { PROMPT_TOKENS_MAX, PROMPT_TOKENS_MIN } from "./prompts.ts";

export const OUTPUT_TOKENS_MAX = 131_072;

const PREFIXES_MAX = 10_000;
const TURNS_MAX = 1000;

const inputTokens = z.int().min(PROMPT_TOKENS_MIN).max(PROMPT_TOKENS_MAX);
const outputTokens = z.int().min(1).max(OUTPUT_TOKENS_MAX);

const spreadSchema = strictObject({
  inputTokensP95: inputTokens,
  inputTokensMax: inputTokens.describe("No prompt is longer."),
  outputTokensP95: outputTokens,
  outputTokensMax: outputTokens.describe("No limit of an answer is higher."),
});

export const promptSchema = strictObject({
  inputTokens: inputTokens.describe(
    "Tokens of the user message (Llama 3.1 tokenizer), without the chat template; of a trace or dataset, the most.",
  ),
  outputTokens: outputTokens.describe(
    "Output limit of each request; the prompt asks for more. Of a trace or dataset, the most.",
  ),
  content: z.enum(["prose", "code", "json"]).describe("What the answer is: speculative decoding feels the difference."),
  cache: z
    .enum(["cold", "warm"])
    .describe(
      "cold: every prompt opens with its own nonce, so that no prefix cache helps. warm: a target reads one prompt again and again; with a prefix, its prompts begin alike; of a Mooncake trace, those that began alike there do; of a dataset, prompts are sent as they are.",
    ),
  spread: spreadSchema
    .nullable()
    .default(null)
    .describe(
      "Lengths drawn per request, log-normal: inputTokens and outputTokens are the medians. Null: all the same.",
    ),
  prefix: strictObject({
    tokens: inputTokens.describe("Of the prompt's inputTokens, those of the shared system message."),
    count: z.int().min(1).max(PREFIXES_MAX).describe("So many texts; each request has one of them."),
  })
    .nullable()
    .default(null)
    .describe("Texts that prompts open with. Null: they share nothing, or everything."),
  dataset: z
    .string()
    .min(1)
    .max(PATH_CHARS_MAX)
    .nullable()
    .default(null)
    .describe("JSON lines of prompts of your own, sent in place of made ones; relative to this file. Never stored."),
})
  .refine(
    ({ spread, inputTokens: median }) =>
      spread === null || isAscending(median, spread.inputTokensP95, spread.inputTokensMax),
    {
      path: ["spread"],
      message: "must have inputTokens below inputTokensP95, and that not above inputTokensMax",
    },
  )
  .refine(
    ({ spread, outputTokens: median }) =>
      spread === null || isAscending(median, spread.outputTokensP95, spread.outputTokensMax),
    { path: ["spread"], message: "must have outputTokens below outputTokensP95, and that not above outputTokensMax" },
  );

function isAscending(median: number, p95: number, most: number): boolean {
  return median < p95 && p95 <= most;
}

export const conversationSchema = strictObject({
  turns: z
    .int()
    .min(2)
    .max(TURNS_MAX)
    .describe("Requests of each conversation; each repeats all that was said before."),
  inputTokens: inputTokens.describe("Of each user message but the first."),
  thinkTime: thinkTimeSchema.nullable().default(null).describe("Between an answer and the next turn; null for none."),
});

import { createHash } from "node:crypto";
import { isRecord } from "./record.ts";
import { tokensOfWord, tokensOfWords, wordsOf } from "./words.ts";

/** What a chat request asks for, as far as the simulator cares. */
export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Output tokens; honoured exactly. */
  readonly maxTokens: number;
  /** White-space separated words of all messages. */
  readonly promptWords: number;
  /** Tokens of all messages with the chat template: what usage reports. */
  readonly promptTokens: number;
  /** Those tokens, in their order, template included: prompts that begin alike begin alike in them. */
  readonly tokens: () => readonly string[];
  /** sha256 of the last user message, hex. */
  readonly promptHash: string;
}

/** Longest answer: the context of Llama 3.1. */
const TOKENS_MAX = 131_072;
/**
 * The Llama 3.1 chat template without its date lines: begin of text, then per message a header of three tokens, a blank line
 * and the end of turn, then the header and blank line that open the answer (Meta, llama-models, Llama 3.1 prompt format).
 * A single user message "Hi" is 11 tokens in all.
 */
const TEMPLATE_TOKENS = 1 + 4;
const TEMPLATE_TOKENS_PER_MESSAGE = 5;

export type ParsedRequest =
  | { readonly ok: true; readonly request: ChatRequest }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a request body. All problems at once, one sentence each. */
export function parseChatRequest(body: string): ParsedRequest {
  const value = parseJson(body);
  if (!isRecord(value)) return { ok: false, problems: ["The body is not a JSON object."] };
  const problems: string[] = [];
  const { model, stream, stream_options: options } = value;
  if (typeof model !== "string" || model === "") problems.push("model is missing.");
  if (stream !== undefined && typeof stream !== "boolean") problems.push("stream must be true or false.");
  if (options !== undefined && options !== null && !isRecord(options))
    problems.push("stream_options must be an object.");
  const maxTokens = value["max_tokens"] ?? value["max_completion_tokens"];
  if (!isTokenCount(maxTokens)) {
    problems.push(`max_tokens (or max_completion_tokens) must be a whole number from 1 to ${TOKENS_MAX}.`);
  }
  const messages = parseMessages(value["messages"], problems);
  if (problems.length > 0) return { ok: false, problems };
  const words = messages.flatMap((message) => wordsOf(message.content));
  return {
    ok: true,
    request: {
      model: model as string,
      stream: stream === true,
      includeUsage: isRecord(options) && options["include_usage"] === true,
      maxTokens: maxTokens as number,
      promptWords: words.length,
      promptTokens: TEMPLATE_TOKENS + TEMPLATE_TOKENS_PER_MESSAGE * messages.length + tokensOfWords(words),
      tokens: () => tokensOf(messages),
      promptHash: sha256(messages.findLast((message) => message.role === "user")?.content ?? ""),
    },
  };
}

function tokensOf(messages: readonly Message[]): readonly string[] {
  const header = (role: string): readonly string[] => ["<start>", role, "<end>", "<blank>"];
  const said = messages.flatMap(({ role, content }) => [
    ...header(role),
    ...wordsOf(content).flatMap(tokensOfWord),
    "<eot>",
  ]);
  return ["<begin>", ...said, ...header("assistant")];
}

interface Message {
  readonly role: string;
  readonly content: string;
}

function parseMessages(value: unknown, problems: string[]): readonly Message[] {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push("messages must be a list of at least one message.");
    return [];
  }
  return value.flatMap((message: unknown, index) => {
    if (isRecord(message) && typeof message["role"] === "string" && typeof message["content"] === "string") {
      return [{ role: message["role"], content: message["content"] }];
    }
    problems.push(`messages[${index}] must have a role and a content of text.`);
    return [];
  });
}

function isTokenCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= TOKENS_MAX;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

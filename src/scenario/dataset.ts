import { isObject } from "../core/json.ts";
import type { Message } from "../core/provider.ts";
import { lineProblems } from "./line-problems.ts";

/** One prompt of the user's own, as its line states it. */
export interface OwnPrompt {
  /** Counted from 1. */
  readonly line: number;
  /** The last one is the user's. */
  readonly messages: readonly Message[];
  /** What the line says was answered: its length is the limit of the answer. Null when it says nothing. */
  readonly answer: string | null;
  /** Limit of the answer that the line states, tokens. */
  readonly outputTokens: number | null;
}

/** A prompt with its lengths in tokens. */
export interface DatasetRow extends Pick<OwnPrompt, "messages"> {
  readonly inputTokens: number;
  /** Null: the scenario's limit. */
  readonly outputTokens: number | null;
}

/** Prompts in order of lines, or everything that is wrong with them, by line and never with their text. */
export type DatasetResult =
  | { readonly ok: true; readonly prompts: readonly OwnPrompt[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const ROWS_MAX = 1_000_000;
const SHAPES =
  'must be a JSON object with "messages" of role and content, "conversations" of from and value, or a text as "prompt", "input" or "question"';
const ARRAY = "is a JSON list; write one object a line, as `jq -c '.[]'` does";
const TEXT_KEYS = ["prompt", "input", "question"] as const;
const ANSWER_KEYS = ["completion", "output", "answer", "response"] as const;
const LIMIT_KEYS = ["max_tokens", "max_completion_tokens", "output_tokens", "output_len"] as const;

/**
 * Reads JSON lines of prompts: OpenAI's `messages`, ShareGPT's `conversations` (the first question and the length of its
 * answer, as vLLM's benchmark takes them), or a plain text. Blank lines are passed over.
 */
export function parseDataset(text: string): DatasetResult {
  if (/^\uFEFF?\s*\[/.test(text)) return { ok: false, problems: [ARRAY] };
  const problems = lineProblems();
  const prompts: OwnPrompt[] = [];
  text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .forEach((line, i) => {
      if (line.trim() === "") return;
      const read = promptOfLine(parsed(line));
      if (typeof read === "string") problems.add(i + 1, read);
      else prompts.push({ line: i + 1, ...read });
    });
  if (problems.any()) return { ok: false, problems: problems.sentences() };
  if (prompts.length === 0) return { ok: false, problems: ["holds no prompt"] };
  if (prompts.length > ROWS_MAX) return { ok: false, problems: [`holds more than ${ROWS_MAX} prompts`] };
  return { ok: true, prompts };
}

/** The messages with a nonce before the first one, so that no prefix cache holds them. */
export function withNonce(messages: readonly Message[], digits: string): readonly Message[] {
  return messages.map((message, i) => (i === 0 ? { ...message, content: `${digits} ${message.content}` } : message));
}

type Read = Omit<OwnPrompt, "line"> | string;

function promptOfLine(value: unknown): Read {
  if (!isObject(value)) return SHAPES;
  const limit = LIMIT_KEYS.map((key) => value[key]).find((found) => found !== undefined && found !== null);
  if (limit !== undefined && !(Number.isInteger(limit) && Number(limit) > 0)) {
    return `${LIMIT_KEYS.join(", ")} must be a whole number above 0`;
  }
  const turns = turnsOf(value);
  if (typeof turns === "string") return turns;
  const stated = ANSWER_KEYS.map((key) => value[key]).find((found) => typeof found === "string");
  const answer = turns.answer ?? (typeof stated === "string" && stated !== "" ? stated : null);
  return { messages: turns.messages, answer, outputTokens: limit === undefined ? null : Number(limit) };
}

type Turns = Pick<OwnPrompt, "messages" | "answer"> | string;

function turnsOf(value: { readonly [key: string]: unknown }): Turns {
  if (Array.isArray(value["messages"])) return chatTurns(value["messages"]);
  if (Array.isArray(value["conversations"])) return sharedTurns(value["conversations"]);
  const text = TEXT_KEYS.map((key) => value[key]).find((found) => found !== undefined);
  if (typeof text !== "string") return SHAPES;
  if (text.trim() === "") return "its prompt is empty";
  return { messages: [{ role: "user", content: text }], answer: null };
}

const ROLES: Readonly<Record<string, Message["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
  chatgpt: "assistant",
  bing: "assistant",
  bard: "assistant",
};

/** All up to the last question; what was answered to it is its length. */
function chatTurns(list: readonly unknown[]): Turns {
  const messages = list.map((item) => (isObject(item) ? messageOf(item["role"], contentOf(item["content"])) : null));
  if (messages.includes(null))
    return "each of messages must have a role (system, user, assistant) and a content of text";
  const known = messages.filter((message) => message !== null);
  const last = known.findLastIndex(({ role }) => role === "user");
  return last === -1 ? "has no message of a user" : cutAt(known, last);
}

/** The first question, what stands before it, and the length of its answer. */
function sharedTurns(list: readonly unknown[]): Turns {
  const messages = list.map((item) => (isObject(item) ? messageOf(item["from"], contentOf(item["value"])) : null));
  if (messages.includes(null)) return "each of conversations must have a from (system, human, gpt) and a value of text";
  const known = messages.filter((message) => message !== null);
  const first = known.findIndex(({ role }) => role === "user");
  return first === -1 ? "has no message of a user" : cutAt(known, first);
}

function cutAt(messages: readonly Message[], question: number): Turns {
  const reply = messages[question + 1];
  const asked = messages.slice(0, question + 1);
  if (asked.at(-1)!.content.trim() === "") return "its prompt is empty";
  const answer = reply?.role === "assistant" && reply.content !== "" ? reply.content : null;
  return { messages: asked, answer };
}

function messageOf(role: unknown, content: string | null): Message | null {
  const known = typeof role === "string" && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  return known === undefined || content === null ? null : { role: known, content };
}

/** A text, or OpenAI's list of parts when all of them are text. */
function contentOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const texts = value.map((part: unknown) => (isObject(part) && part["type"] === "text" ? part["text"] : null));
  return texts.every((text) => typeof text === "string") ? texts.join("\n") : null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

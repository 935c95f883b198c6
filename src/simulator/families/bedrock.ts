import type { Saying } from "../answer.ts";
import type { ChatRequest, ParsedRequest } from "../chat-request.ts";
import { bearerOf, type Received, type Verdict } from "../checks/check.ts";
import { checkSigV4, type SigningKey } from "../checks/sigv4.ts";
import type { UsageBody } from "../openai.ts";
import { ACCOUNTS } from "../planted.ts";
import { isRecord } from "../record.ts";
import { eventMessage } from "./event-stream.ts";
import { asChat, bodyOf, type Family, type Speech } from "./family.ts";

const CONTENT_TYPE = "application/vnd.amazon.eventstream";
/** An event is padded to hide how long its text is, by letters of this. */
const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The two streams of AWS Bedrock in one region. */
export function bedrock(of: {
  readonly api: "converse-stream" | "invoke-with-response-stream";
  readonly modelId: string;
  readonly region: string;
  readonly nowMs: () => number;
  /** True once the planted session is over. */
  readonly isSessionOver: () => boolean;
}): Family {
  return {
    check: (received) => check(received, of),
    read: (received) => (of.api === "converse-stream" ? readConverse : readInvoke)(received, of.modelId),
    speech: of.api === "converse-stream" ? converse : invoke,
    refuse: ({ code, message }) => ({
      body: JSON.stringify({ message }),
      headers: { "content-type": "application/json", "x-amzn-errortype": EXCEPTIONS[code] ?? code },
    }),
  };
}

/** The faults of the simulator by AWS's names. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  overloaded: "ServiceUnavailableException",
  rate_limit_exceeded: "ThrottlingException",
  internal_error: "InternalServerException",
  invalid_request: "ValidationException",
  refused: "ValidationException",
};

function check(
  received: Received,
  { region, nowMs, isSessionOver }: Pick<Parameters<typeof bedrock>[0], "region" | "nowMs" | "isSessionOver">,
): Verdict {
  const token = bearerOf(received);
  if (token === ACCOUNTS.bedrockKey) return null;
  if (token !== null) {
    return { status: 403, code: "AccessDeniedException", message: "Bearer Token is invalid or has expired." };
  }
  const keys: readonly SigningKey[] = [
    { ...ACCOUNTS.aws, sessionToken: null, expired: false },
    { ...ACCOUNTS.awsSession, expired: isSessionOver() },
  ];
  return checkSigV4(received, { service: "bedrock", region, keys, nowMs: nowMs() });
}

function readConverse(received: Received, model: string): ParsedRequest {
  const { messages, system, inferenceConfig } = bodyOf(received);
  const turns = Array.isArray(messages) ? (messages as readonly unknown[]) : [];
  const maxTokens = isRecord(inferenceConfig) ? inferenceConfig["maxTokens"] : undefined;
  const all = [...turns, ...(Array.isArray(system) ? [{ role: "system", content: system }] : [])];
  return asChat({ model, messages: all.map(plainTurn), maxTokens });
}

/** A turn with its pieces of text joined; one of another shape stays without content and is refused. */
function plainTurn(turn: unknown): unknown {
  if (!isRecord(turn) || !Array.isArray(turn["content"])) return turn;
  const texts = (turn["content"] as readonly unknown[]).map((piece) => (isRecord(piece) ? piece["text"] : null));
  return { role: turn["role"], content: texts.every((text) => typeof text === "string") ? texts.join("") : null };
}

const TURN = /<\|start_header_id\|>(\w+)<\|end_header_id\|>\n\n([^]*?)<\|eot_id\|>/y;
const BEGIN = "<|begin_of_text|>";
const OPEN = "<|start_header_id|>assistant<|end_header_id|>\n\n";

function readInvoke(received: Received, model: string): ParsedRequest {
  const { prompt, max_gen_len: maxTokens } = bodyOf(received);
  const messages = typeof prompt === "string" ? turnsOf(prompt) : null;
  if (messages === null) return { ok: false, problems: ["prompt is not in the format of Llama 3."] };
  return asChat({ model, messages, maxTokens });
}

/** The turns of a prompt in Llama 3's own format; null for any other text. */
function turnsOf(prompt: string): readonly unknown[] | null {
  if (!prompt.startsWith(BEGIN)) return null;
  const messages: unknown[] = [];
  let at = BEGIN.length;
  while (prompt.slice(at) !== OPEN) {
    TURN.lastIndex = at;
    const [whole, role, content] = TURN.exec(prompt) ?? [];
    if (whole === undefined) return null;
    messages.push({ role, content });
    at += whole.length;
  }
  return messages;
}

function converse(request: ChatRequest): Speech {
  const pad = padding(request);
  const event = (type: string, payload: object): Buffer => eventMessage("event", type, { ...payload, p: pad() });
  return {
    contentType: CONTENT_TYPE,
    text: (text) => event("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
    say: (saying, atMs) => {
      switch (saying.is) {
        case "role":
          return event("messageStart", { role: "assistant" });
        case "finish": {
          const stop = event("messageStop", { stopReason: saying.reason === "stop" ? "end_turn" : "max_tokens" });
          const end = [event("contentBlockStop", { contentBlockIndex: 0 }), stop];
          return Buffer.concat(saying.usage === null ? end : [...end, metadata(event, saying.usage, atMs)]);
        }
        case "usage":
          return metadata(event, saying.usage, atMs);
        case "error":
          return eventMessage("exception", "modelStreamErrorException", { message: saying.error.message });
        case "done":
        case "nothing":
          return "";
      }
    },
  };
}

function metadata(event: (type: string, payload: object) => Buffer, usage: UsageBody, atMs: number): Buffer {
  return event("metadata", {
    usage: {
      inputTokens: usage.prompt_tokens,
      outputTokens: usage.completion_tokens,
      totalTokens: usage.total_tokens,
    },
    metrics: { latencyMs: Math.round(atMs) },
  });
}

function invoke(request: ChatRequest): Speech {
  const pad = padding(request);
  const chunk = (payload: object): Buffer => {
    const bytes = Buffer.from(JSON.stringify(payload)).toString("base64");
    return eventMessage("event", "chunk", { bytes, p: pad() });
  };
  let tokens = 0;
  let firstMs: number | null = null;
  let stop: Extract<Saying, { is: "finish" }> | null = null;
  const last = (usage: UsageBody, atMs: number): Buffer =>
    chunk({
      generation: "",
      prompt_token_count: null,
      generation_token_count: usage.completion_tokens,
      stop_reason: stop?.reason ?? null,
      "amazon-bedrock-invocationMetrics": {
        inputTokenCount: usage.prompt_tokens,
        outputTokenCount: usage.completion_tokens,
        invocationLatency: Math.round(atMs),
        firstByteLatency: Math.round(firstMs ?? atMs),
      },
    });
  return {
    contentType: CONTENT_TYPE,
    text: (text, more, atMs) => {
      const first = firstMs === null ? request.promptTokens : null;
      firstMs ??= atMs;
      tokens += more;
      return chunk({ generation: text, prompt_token_count: first, generation_token_count: tokens, stop_reason: null });
    },
    say: (saying, atMs) => {
      switch (saying.is) {
        case "finish":
          stop = saying;
          return saying.usage === null ? "" : last(saying.usage, atMs);
        case "usage":
          return last(saying.usage, atMs);
        case "error":
          return eventMessage("exception", "modelStreamErrorException", { message: saying.error.message });
        case "role":
        case "done":
        case "nothing":
          return "";
      }
    },
  };
}

/** Padding of changing length, the same again for the same prompt. */
function padding({ promptHash }: ChatRequest): () => string {
  let events = 0;
  return () => PADDING.slice(0, 1 + ((Number.parseInt(promptHash.slice(0, 8), 16) + 7 * events++) % PADDING.length));
}

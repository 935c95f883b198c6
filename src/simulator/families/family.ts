import { OTHER_MODEL, type Answer, type Saying, type Step } from "../answer.ts";
import { parseChatRequest, type ChatRequest, type ParsedRequest } from "../chat-request.ts";
import { isRecord } from "../record.ts";
import type { Received, Refusal, Verdict } from "../checks/check.ts";

/** One wire protocol of the clouds. */
export interface Family {
  /** Who may come in. */
  check(received: Received): Verdict;
  /** What a request asks for. */
  read(received: Received): ParsedRequest;
  /** Puts one answer into its words; absent where it speaks as OpenAI does. */
  readonly speech?: (request: ChatRequest) => Speech;
  /** Body and headers of a response that turns a request away. */
  refuse(refusal: Refusal): { readonly body: string; readonly headers: Readonly<Record<string, string>> };
}

/** One answer in the words of a protocol. */
export interface Speech {
  readonly contentType: string;
  /** @param tokens of this text */
  text(text: string, tokens: number, atMs: number): string | Buffer;
  /** An empty text where the protocol has no words for it. */
  say(saying: Saying, atMs: number): string | Buffer;
}

/** The same answer in the words of another protocol: moments, text and faults stay. */
export function translated(
  answer: Answer,
  family: Pick<Family, "speech" | "refuse">,
  request: ChatRequest | null,
): Answer {
  if (answer.status === null || answer.fault === "html-200") return answer;
  const error = answer.prologue.find((step) => "says" in step && step.says.is === "error");
  if (answer.status !== 200 && error !== undefined && "says" in error && error.says.is === "error") {
    const { code, message } = error.says.error;
    const { body, headers } = family.refuse({ status: answer.status, code, message });
    return { ...answer, headers: { ...answer.headers, ...headers }, prologue: [{ ...error, bytes: body }] };
  }
  if (family.speech === undefined || request === null) return answer;
  const speech = family.speech(answer.fault === "other-model" ? { ...request, model: OTHER_MODEL } : request);
  return {
    ...answer,
    headers: { ...answer.headers, "content-type": speech.contentType },
    prologue: [...spoken(answer.prologue, speech)],
    service: answer.service === null ? null : spoken(answer.service, speech),
  };
}

function* spoken(steps: Iterable<Step>, speech: Speech): Generator<Step> {
  for (const step of steps) {
    if (step.act === "content") yield { ...step, bytes: speech.text(step.text, step.tokens, step.atMs) };
    else if (step.act === "write" || step.act === "end") {
      const bytes = speech.say(step.says, step.atMs);
      if (step.act === "end" || bytes.length > 0) yield { ...step, bytes };
    } else yield step;
  }
}

/** What another protocol's request asks for, said in OpenAI's words so that one reader judges them all. */
export function asChat(of: {
  readonly model: unknown;
  readonly messages: unknown;
  readonly maxTokens: unknown;
}): ParsedRequest {
  const { model, messages, maxTokens } = of;
  const options = { stream: true, stream_options: { include_usage: true } };
  return parseChatRequest(JSON.stringify({ model, messages, max_tokens: maxTokens, ...options }));
}

/** The JSON object of a body; an empty one for anything else, which then lacks everything. */
export function bodyOf({ body }: Received): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

export const JSON_HEADERS = { "content-type": "application/json" } as const;

/** One server-sent event. */
export function sseEvent(data: unknown, event: string | null = null): string {
  return `${event === null ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

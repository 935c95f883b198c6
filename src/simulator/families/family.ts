import type { Answer, Saying, Step } from "../answer.ts";
import type { ChatRequest, ParsedRequest } from "../chat-request.ts";
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
  const speech = family.speech(request);
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

/** One server-sent event. */
export function sseEvent(data: unknown, event: string | null = null): string {
  return `${event === null ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

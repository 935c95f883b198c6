import { createHash } from "node:crypto";
import { failure, type Failure } from "../core/failure.ts";
import type { ObservationFlag } from "../core/observation.ts";
import type { FinishReason, ServerTimings, StreamPart, Usage, WholeResponse, Wire } from "../core/provider.ts";
import { plain } from "../core/text.ts";
import type { Us } from "../core/units.ts";
import { FRAMINGS } from "../protocol/framings.ts";
import type { ResponseHeaders } from "../transport/exchange.ts";

/** Longest text kept for local token counting, characters; a longer answer keeps its stamps and loses its local count. */
const TEXT_CHARS_MAX = 1024 * 1024;
/** Changes of the echoed model that are kept. */
const MODELS_MAX = 8;
/** Of a response that is no stream, as much is read as an error message needs. */
const ERROR_BODY_BYTES_MAX = 64 * 1024;
/** And of one that only leads on to the answer, with the prompt repeated in it. */
const STEP_BODY_BYTES_MAX = 1024 * 1024;

/** What a response says, gathered as its bytes come in. */
export interface Response {
  status: number | null;
  headers: ResponseHeaders;
  /** Stamp of each content event, in order. */
  readonly contentUs: Us[];
  /** Output tokens so far at each content event, as far as the server says. */
  readonly totals: (number | null)[];
  /** The server's own clock at each content event, as far as it tells. */
  readonly serverUs: (Us | null)[];
  totalEvents: number;
  coalesced: number;
  firstText: string;
  text: string;
  chars: number;
  textWhole: boolean;
  finish: FinishReason | null;
  /** Content came behind the finish reason. */
  contentAfterFinish: boolean;
  done: boolean;
  usage: Usage | null;
  server: ServerTimings | null;
  /** Echoed models: the first, and each that the echo changed to. */
  readonly models: string[];
  /** Body of a response with an error status, as far as it was read. */
  refusal: string | null;
  failure: Failure | null;
}

/** How the reader of a response tells the exchange what it saw. */
export interface Notices {
  contentSeen(): void;
  failed(because: Failure): void;
}

/**
 * Reads one response: bytes → frames → parts, all within the call that read the bytes, so that every event of a chunk
 * carries the stamp of its read. The first failure ends the reading.
 */
export function readResponse(
  wire: Wire,
  notices: Notices,
): {
  readonly response: Response;
  onHeaders(status: number, headers: ResponseHeaders): void;
  onData(chunk: Uint8Array, at: Us): void;
  /** The response as far as it was read, when it is no stream; null for a stream. */
  whole(): WholeResponse | null;
  /** Call once, when the body has ended by itself or by us. */
  onEnd(): void;
} {
  const response = emptyResponse();
  const { contentType, open } = FRAMINGS[wire.framing];
  const framer = open();
  let read: ReturnType<Wire["reader"]> = () => [];
  let refusal: Refusal | null = null;

  const fail = (because: Failure): void => {
    response.failure ??= because;
    notices.failed(because);
  };
  return {
    response,
    onHeaders: (status, headers) => {
      response.status = status;
      response.headers = headers;
      const encoding = (headers["content-encoding"] ?? "identity").toLowerCase();
      const isStream = (headers["content-type"] ?? "").toLowerCase().startsWith(contentType);
      if (status !== 200 || !isStream) refusal = openRefusal(wire, status, headers);
      else if (encoding !== "identity") {
        fail(
          failure("protocol", {
            where: "headers",
            status,
            detail: `body is ${encoding} although identity was asked for`,
          }),
        );
      } else read = wire.reader({ status, headers });
    },
    onData: (chunk, at) => {
      if (response.failure !== null || response.done) return;
      if (refusal !== null) return refusal.read(chunk);
      const hadContent = response.contentUs.length > 0;
      for (const frame of framer.push(chunk)) {
        response.totalEvents += 1;
        takeParts(response, read(frame), at, fail);
        if (response.failure !== null) return;
        // After the terminator nothing is part of the answer: it neither stretches nor breaks it.
        if (response.done) break;
      }
      const broken = response.done ? null : framer.failure;
      if (broken !== null) fail({ ...broken, status: response.status });
      else if (!hadContent && response.contentUs.length > 0) notices.contentSeen();
    },
    whole: () => {
      if (refusal === null || response.status === null) return null;
      return { status: response.status, headers: response.headers, body: refusal.text() };
    },
    onEnd: () => {
      if (refusal === null) return;
      response.refusal = refusal.body();
      response.failure ??= refusal.failure();
    },
  };
}

/** Adds all that one event says, under one stamp. */
function takeParts(response: Response, parts: readonly StreamPart[], at: Us, fail: (because: Failure) => void): void {
  const text = parts.reduce((sum, part) => (part.type === "content" ? sum + part.text : sum), "");
  const isContent = text !== "";
  if (isContent) addContent(response, text, at);
  for (const part of parts) {
    if (part.type === "error") fail({ ...part.failure, status: part.failure.status ?? response.status });
    else applyPart(response, part);
  }
  if (!isContent) return;
  const total = parts.some((part) => part.type === "usage") ? (response.usage?.output ?? null) : null;
  // What falls is no running total, and would give an event a negative number of tokens.
  response.totals.push(total !== null && total >= (response.totals.at(-1) ?? 0) ? total : null);
  response.serverUs.push(parts.find((part) => part.type === "clock")?.atUs ?? null);
}

/** A response that is no stream: its body says why. */
interface Refusal {
  read(chunk: Uint8Array): void;
  text(): string;
  /** Null for a status that is no error. */
  body(): string | null;
  failure(): Failure;
}

function openRefusal(wire: Wire, status: number, headers: ResponseHeaders): Refusal {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const bytesMax = status < 300 ? STEP_BODY_BYTES_MAX : ERROR_BODY_BYTES_MAX;
  const text = (): string => Buffer.concat(chunks).subarray(0, bytesMax).toString("utf8");
  return {
    read: (chunk) => {
      if (bytes < bytesMax) chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
    },
    text,
    body: () => (status < 400 ? null : text()),
    failure: () => {
      if (status === 200) {
        const type = headers["content-type"] ?? "absent";
        const because = /json/i.test(type) ? wire.failure({ status, headers, body: text() }) : null;
        if (because !== null && because.kind !== "protocol") return because;
        const said = because?.detail ? `: ${because.detail}` : "";
        return failure("protocol", { where: "headers", status, detail: `content-type ${type}, not a stream${said}` });
      }
      return wire.failure({ status, headers, body: text() });
    },
  };
}

/** One content event: all text that one frame carried. */
function addContent(response: Response, text: string, at: Us): void {
  if (response.contentUs.length === 0) response.firstText = text;
  else if (response.contentUs.at(-1) === at) response.coalesced += 1;
  if (response.finish !== null) response.contentAfterFinish = true;
  response.contentUs.push(at);
  response.chars += text.length;
  if (response.text.length + text.length <= TEXT_CHARS_MAX) response.text += text;
  else response.textWhole = false;
}

/** Adds what one part says; content is added with the text of its whole event. */
export function applyPart(response: Response, part: Exclude<StreamPart, { type: "error" }>): void {
  switch (part.type) {
    // With the text of the whole event, where its stamp is.
    case "content":
    case "clock":
      return;
    case "usage":
      // Running totals: the last one stands. A field that a later event leaves out keeps its value.
      response.usage = {
        input: part.usage.input ?? response.usage?.input ?? null,
        output: part.usage.output ?? response.usage?.output ?? null,
        cached: part.usage.cached ?? response.usage?.cached ?? null,
      };
      return;
    case "finish":
      // The first reason stands, but for a content filter's verdict, which is final whenever it comes.
      if (response.finish === null || part.reason === "content-filter") response.finish = part.reason;
      return;
    case "done":
      response.done = true;
      return;
    case "model":
      if (response.models.length < MODELS_MAX) response.models.push(plain(part.id));
      return;
    case "timings":
      // Some servers tell a part in the head and the rest at the end; what is said again is said better.
      response.server = merged(response.server, part.server);
      return;
  }
}

/** Nothing that has been said is unsaid by a later null. */
function merged(before: ServerTimings | null, now: ServerTimings): ServerTimings {
  return {
    queueMs: now.queueMs ?? before?.queueMs ?? null,
    ttftMs: now.ttftMs ?? before?.ttftMs ?? null,
    promptMs: now.promptMs ?? before?.promptMs ?? null,
    decodeMs: now.decodeMs ?? before?.decodeMs ?? null,
    totalMs: now.totalMs ?? before?.totalMs ?? null,
  };
}

/** The echoed model: the first that is not the one asked for, such as one that took over within the answer, else the first. */
export function modelEchoed({ models }: Response, isModel: (echoed: string) => boolean): string | null {
  return models.find((name) => !isModel(name)) ?? models[0] ?? null;
}

/** What is worth saying about a response that was read to its end. */
export function responseFlags(
  response: Response,
  isModel: (echoed: string) => boolean,
  { expects }: Pick<Wire, "expects">,
): ObservationFlag[] {
  const flags: ObservationFlag[] = [];
  if (response.finish !== null && !response.done && expects?.terminator !== false) flags.push("no_terminator");
  if (response.finish === null && response.done) flags.push("no_finish");
  if (response.contentAfterFinish) flags.push("content_after_finish");
  if (response.contentUs.length === 0) flags.push("empty");
  if (response.contentUs.length > 1 && response.contentUs[0] === response.contentUs.at(-1)) flags.push("coalesced");
  if ((response.usage?.output ?? null) === null && expects?.usage !== false) flags.push("no_usage");
  if (!response.models.every(isModel)) flags.push("model_differs");
  return flags;
}

/** sha256 of a text, hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function emptyResponse(): Response {
  return {
    status: null,
    headers: {},
    contentUs: [],
    totals: [],
    serverUs: [],
    totalEvents: 0,
    coalesced: 0,
    firstText: "",
    text: "",
    chars: 0,
    textWhole: true,
    finish: null,
    contentAfterFinish: false,
    done: false,
    usage: null,
    server: null,
    models: [],
    refusal: null,
    failure: null,
  };
}

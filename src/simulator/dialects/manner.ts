import { OTHER_MODEL, type Answer, type Step } from "../answer.ts";
import { parseChatRequest } from "../chat-request.ts";
import { plainError, type Call, type Judged, type Manner } from "../chat.ts";
import type { Refusal } from "../checks/check.ts";
import { translated } from "../families/family.ts";
import { isRecord } from "../record.ts";
import { shownInHead } from "./clock.ts";
import type { Dialect } from "./dialect.ts";
import { errorObject } from "./errors.ts";
import { limitHeaders } from "./limits.ts";
import { speechOf, type Wishes } from "./speech.ts";

const JSON_HEADERS = { "content-type": "application/json" } as const;

/** How a seller of this dialect reads requests and answers them. One for each request. */
export function mannerOf(dialect: Dialect): Manner {
  let members: Readonly<Record<string, unknown>> = {};
  return {
    begun: null,
    judge: (call, body) => {
      members = membersOf(body);
      return judged(dialect, call, body, members);
    },
    translate: (answer, request) => {
      const isThrottled = answer.status === 429;
      const speech =
        request?.stream === true
          ? speechOf(dialect, request, wishesOf(members), modelNamed(dialect, request.model, answer))
          : null;
      const said = translated(
        answer,
        {
          refuse: (refusal) => ({ body: JSON.stringify(errorObject(dialect.errors, refusal)), headers: JSON_HEADERS }),
          ...(speech === null ? {} : { speech: () => speech }),
        },
        request,
      );
      const { "retry-after": _general, ...headers } = said.headers;
      const limited = { ...said, headers: { ...headers, ...limitHeaders(dialect.limits, isThrottled) } };
      return speech === null ? limited : withClock(limited, dialect, speech.served);
    },
  };
}

function modelNamed({ echoes }: Dialect, asked: string, { fault }: Answer): string {
  if (fault === "other-model") return OTHER_MODEL;
  return echoes ? asked : `simulated/${asked}`;
}

/** Tells the speech how long the request waited; where the head shows the clock, it waits for the first text. */
function withClock(answer: Answer, { clock }: Dialect, served: { queueMs: number }): Answer {
  const { prologue, service } = answer;
  if (service === null) return answer;
  if (clock !== "fireworks") {
    return {
      ...answer,
      served: (queueMs) => {
        served.queueMs = queueMs;
        return {};
      },
    };
  }
  const steps = service[Symbol.iterator]();
  let first: Step | null = null;
  function* whole(): Generator<Step> {
    if (first === null) return;
    const { atMs } = first;
    for (const step of prologue) yield { ...step, atMs };
    yield first;
    for (let next = steps.next(); next.done !== true; next = steps.next()) yield next.value;
  }
  return {
    ...answer,
    prologue: [],
    service: whole(),
    served: (queueMs) => {
      served.queueMs = queueMs;
      const next = steps.next();
      first = next.done === true ? null : next.value;
      return shownInHead(clock, { queueMs, firstMs: first?.atMs ?? 0 });
    },
  };
}

/** Everything that a real endpoint of this kind would turn away, in the order in which it would look. */
function judged(dialect: Dialect, call: Call, body: string, members: Readonly<Record<string, unknown>>): Judged {
  const parsed = parseChatRequest(body);
  const request = parsed.ok ? parsed.request : null;
  const refusal = turnedAway(dialect, call, members) ?? (parsed.ok ? null : bad(parsed.problems.join(" ")));
  if (refusal !== null) {
    const { status, code, message } = refusal;
    return { request, refusal: plainError(status, { message, type: "invalid_request_error", code }) };
  }
  return { request: request!, refusal: null };
}

function turnedAway(
  { key, models, requires, refuses, errors }: Dialect,
  { request }: Call,
  members: Readonly<Record<string, unknown>>,
): Refusal | null {
  if (key !== null && request.headers[key.header] !== key.value) {
    return { status: 401, code: "invalid_api_key", message: "The key is missing or wrong." };
  }
  const { model } = members;
  if (typeof model === "string" && !models.includes(model)) {
    return { status: 404, code: "model_not_found", message: `The model ${model} does not exist or has been retired.` };
  }
  const unfit = errors === "fastapi" ? 422 : 400;
  const missing = requires.filter((name) => !Object.hasOwn(members, name));
  if (missing.length > 0) return { ...bad(`${missing.join(", ")} is required.`), status: unfit };
  const unwanted = refuses.filter((name) => Object.hasOwn(members, name));
  if (unwanted.length > 0) return { ...bad(`${unwanted.join(", ")} is not allowed.`), status: unfit };
  return request.headers["content-type"]?.startsWith("application/json") === true
    ? null
    : bad("content-type must be application/json.");
}

function bad(message: string): Refusal {
  return { status: 400, code: "invalid_request", message };
}

function membersOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function wishesOf({
  stream_options: options,
  perf_metrics_in_response: metrics,
}: Readonly<Record<string, unknown>>): Wishes {
  return {
    runningUsage: isRecord(options) && options["continuous_usage_stats"] === true,
    metrics: metrics === true,
  };
}

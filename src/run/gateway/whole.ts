import { failure, type Failure } from "../../core/failure.ts";
import type { Observation, ObservationFlag } from "../../core/observation.ts";
import type { ServerTimings, StreamPart, Usage, WholeResponse, Wire } from "../../core/provider.ts";
import type { Attempt, Called } from "../call-once.ts";
import { rateLimitOf } from "../rate-limit.ts";
import { sha256 } from "../response.ts";
import type { Shot } from "./flight.ts";

/** What an answer in one piece says. */
interface Reading {
  readonly failure: Failure | null;
  readonly text: string;
  readonly finish: Observation["finish"];
  readonly usage: Usage | null;
  readonly model: string | null;
  readonly server: ServerTimings | null;
}

const SILENT: Reading = { failure: null, text: "", finish: null, usage: null, model: null, server: null };

/**
 * The record of one request that autocannon made: `scheduled` and `released` are its hand-over, `end` is when autocannon told of
 * its end, and every stamp between is null.
 *
 * @param wallMs our own wall clock at its end
 */
export function wholeCalled(
  of: Pick<Attempt, "identity" | "isModel" | "reservedUsd"> & { readonly path: "models" | "chat" },
  { releasedUs, endUs, connection, response, lost }: Shot,
  wire: Wire,
  wallMs: number,
): Called {
  const { identity, path } = of;
  const said = response === null ? SILENT : path === "models" ? readList(response, wire) : readChat(response, wire);
  const because = lost === null || lost === "stopped" ? said.failure : lost;
  const outcome = lost === "stopped" ? "cancelled" : because === null ? "completed" : "failed";
  const isAnswer = outcome === "completed" && path === "chat";
  const observation: Observation = {
    v: 1,
    ...identity,
    stamps: { ...NO_STAMPS, scheduled: releasedUs, released: releasedUs, end: endUs },
    connection,
    outcome,
    failure: because,
    reason: lost === "stopped" ? "interrupt" : null,
    finish: said.finish,
    flags: ["end_only", ...(isAnswer ? answerFlags(said, of.isModel, wire) : [])],
    usage: said.usage,
    events: { content: 0, total: 0, coalesced: 0 },
    server: said.server,
    rateLimit: response === null ? null : rateLimit(response, wire, wallMs),
    modelEchoed: said.model,
    response: {
      bytes: response === null ? 0 : Buffer.byteLength(response.body),
      chars: said.text.length,
      textHash: said.text === "" ? null : sha256(said.text),
    },
    cost: { reservedUsd: of.reservedUsd, usd: null },
  };
  const head = response === null ? null : { status: response.status, headers: response.headers };
  return { observation, trace: null, text: said.text === "" ? null : { first: said.text, whole: said.text }, head };
}

const NO_STAMPS = { sent: null, written: null, headers: null, firstByte: null, firstContent: null, lastContent: null };

/** A list of models, in whatever shape. */
function readList({ status, headers, body }: WholeResponse, wire: Wire): Reading {
  if (status !== 200) return { ...SILENT, failure: wire.failure({ status, headers, body }) };
  try {
    if (typeof JSON.parse(body) === "object") return SILENT;
  } catch {
    // Told below.
  }
  return {
    ...SILENT,
    failure: failure("protocol", { where: "stream", status, detail: "the list of models is no JSON" }),
  };
}

function readChat({ status, headers, body }: WholeResponse, wire: Wire): Reading {
  if (status !== 200) return { ...SILENT, failure: wire.failure({ status, headers, body }) };
  const said = (wire.whole?.parts(body) ?? []).reduce(withPart, SILENT);
  if (said.failure !== null) return { ...said, failure: { ...said.failure, status: said.failure.status ?? status } };
  const detail = said.finish === "content-filter" ? "the answer was filtered" : "there is no answer in it";
  if (said.finish === "content-filter")
    return { ...said, failure: failure("content-filter", { where: "stream", status, detail }) };
  if (said.finish === null && said.text === "")
    return { ...said, failure: failure("protocol", { where: "stream", status, detail }) };
  return said;
}

function withPart(said: Reading, part: StreamPart): Reading {
  switch (part.type) {
    case "content":
      return { ...said, text: said.text + part.text };
    case "usage":
      return { ...said, usage: part.usage };
    case "finish":
      return { ...said, finish: part.reason };
    case "model":
      return { ...said, model: said.model ?? part.id };
    case "error":
      return { ...said, failure: said.failure ?? part.failure };
    case "timings":
      return { ...said, server: part.server };
    case "done":
    case "clock":
      return said;
  }
}

function answerFlags(said: Reading, isModel: (echoed: string) => boolean, { expects }: Wire): ObservationFlag[] {
  const flags: ObservationFlag[] = [];
  if (said.text === "") flags.push("empty");
  if ((said.usage?.output ?? null) === null && expects?.usage !== false) flags.push("no_usage");
  if (said.model !== null && !isModel(said.model)) flags.push("model_differs");
  return flags;
}

function rateLimit({ status, headers, body }: WholeResponse, wire: Wire, wallMs: number): Observation["rateLimit"] {
  const errorText = status === 200 ? null : body;
  return rateLimitOf({ headers, errorText }, wire.rateWindows?.({ headers, errorText }) ?? [], wallMs);
}

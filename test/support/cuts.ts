import { createParser } from "eventsource-parser";
import { failure, type FailureKind } from "../../src/core/failure.ts";
import type { Wire } from "../../src/core/provider.ts";
import { random } from "../../src/core/random.ts";
import { EVENT_BYTES_MAX } from "../../src/protocol/limits.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { responseFlags } from "../../src/run/response.ts";
import type { Fixture } from "./corpus.ts";
import { eventEnds, replay } from "./replay.ts";

/*
 * The rule (architecture, definitions): an answer is whole once its finish reason or its terminator was read, whatever the
 * connection did after it; a flag names the one that is missing where the dialect has it. Before that, a cut is a named
 * failure: `truncated` when the far side closed, `network` when it reset. What was decided by the head, by an error event
 * or by the size of an event stays decided.
 */

/** What the events of a whole prefix decided, read by a parser that is not ours. */
interface Stage {
  readonly end: number;
  readonly broken: boolean;
  readonly finished: boolean;
  readonly filtered: boolean;
  readonly done: boolean;
}

interface Chunk {
  readonly error?: unknown;
  readonly object?: unknown;
  readonly x_groq?: { readonly error?: unknown } | null;
  readonly choices?: readonly { readonly index?: number; readonly finish_reason?: string | null }[];
}

/** One stage per blank line, the first before any byte. */
function stagesOf(bytes: Buffer): Stage[] {
  const stages: Stage[] = [{ end: 0, broken: false, finished: false, filtered: false, done: false }];
  for (const end of eventEnds(bytes)) {
    const last = stages.at(-1)!;
    // Nothing is read after an event over the limit.
    let stage = { ...last, end, broken: last.broken || (!last.done && end - last.end > EVENT_BYTES_MAX) };
    const onEvent = ({ event, data }: { readonly event?: string | undefined; readonly data: string }): void => {
      stage = { ...decided(stage, event, data), end };
    };
    const parser = createParser({ onEvent });
    // The one field that the rules do not know.
    parser.feed(new TextDecoder().decode(bytes.subarray(last.end, end)).replace(/^error:/gm, "event:error\ndata:"));
    // That parser keeps a lone CR waiting for a possible LF.
    parser.feed("\n");
    stages.push(stage);
  }
  return stages;
}

function decided(stage: Stage, event: string | undefined, data: string): Stage {
  // Behind the terminator nothing decides any more.
  if (stage.done) return stage;
  if (event === "error") return { ...stage, broken: true };
  if (data === "[DONE]" || data === '"[DONE]"') return { ...stage, done: true };
  if (event === "ping" || ["", "null", "[]"].includes(data)) return stage;
  if (!data.startsWith("{")) return { ...stage, broken: true };
  let chunk: Chunk;
  try {
    chunk = JSON.parse(data) as Chunk;
  } catch {
    return { ...stage, broken: true };
  }
  const reason = chunk.choices?.find(({ index }) => (index ?? 0) === 0)?.finish_reason ?? null;
  const isError = [chunk.error, chunk.x_groq?.error].some((error) => (error ?? null) !== null);
  if (isError || chunk.object === "error" || reason === "error" || reason === "abort") {
    return { ...stage, broken: true };
  }
  if (reason === null || reason === "null") return stage;
  return { ...stage, finished: true, filtered: stage.filtered || reason === "content_filter" };
}

/** What a cut of a stream must give: a failure kind, or completed, with the flag of what is missing. */
function ruled(
  broken: FailureKind | undefined,
  stage: Stage,
  cut: number,
  [, , undecided]: Ending,
  wire: Wire,
): FailureKind | "completed" | "completed, no_terminator" | "completed, no_finish" {
  if (stage.broken) return broken!;
  if (!stage.done && cut - stage.end > EVENT_BYTES_MAX) return "too-large";
  if (!stage.finished && !stage.done) return undecided;
  if (stage.filtered) return "content-filter";
  if (!stage.done) return wire.expects?.terminator === false ? "completed" : "completed, no_terminator";
  return stage.finished ? "completed" : "completed, no_finish";
}

/** How the transport may end after a cut, and what an undecided answer is called then. */
export const ENDINGS = [
  ["an end", null, "truncated"],
  ["a body shorter than its length", failure("truncated", { where: "stream" }), "truncated"],
  ["a reset", failure("network", { where: "stream", code: "ECONNRESET" }), "network"],
] as const;
type Ending = (typeof ENDINGS)[number];

const SAMPLED_FROM_BYTES = 16_384;

/** Every byte of a small body; of a large one the first and last 100, 30 of any, and those around the limit of an event. */
function cutsOf(name: string, bytes: Buffer): readonly number[] {
  const every = Array.from({ length: bytes.length }, (_, at) => at);
  if (bytes.length < SAMPLED_FROM_BYTES) return every;
  const { int } = random(405, "cuts", name);
  const anywhere = Array.from({ length: 30 }, () => int(bytes.length));
  const limits = eventEnds(bytes).flatMap((end) => [-1, 0, 1, 2].map((by) => end + EVENT_BYTES_MAX + by));
  const within = limits.filter((at) => at < bytes.length);
  return [...new Set([...every.slice(0, 100), ...anywhere, ...within, ...every.slice(-100)])].toSorted((a, b) => a - b);
}

/** A body with its head and what it holds when it is whole. */
export type Cuttable = Pick<Fixture, "name" | "head" | "bytes"> & {
  readonly text: string;
  /** How the whole body fails; absent for a good one. */
  readonly broken?: FailureKind | undefined;
};

/** Cuts whose outcome is not the one that the rule names, as sentences. */
export function cutExceptions(
  { name, head, bytes, text, broken }: Cuttable,
  ending: Ending,
  wire: Wire = openaiChat(PLAIN),
): string[] {
  const [named, ended] = ending;
  const stages = stagesOf(bytes);
  const wrong: string[] = [];
  let passed = 0;
  for (const cut of cutsOf(name, bytes)) {
    while (passed + 1 < stages.length && stages[passed + 1]!.end <= cut) passed += 1;
    const { outcome, failure: because, response } = replay(head, [bytes.subarray(0, cut)], ended, wire);
    const flags = responseFlags(response, () => true, wire).filter(
      (flag) => flag === "no_terminator" || flag === "no_finish",
    );
    const got = because === null ? [outcome, ...flags].join(", ") : because.kind;
    const due = ruled(broken, stages[passed]!, cut, ending, wire);
    if (got !== due) wrong.push(`cut at ${cut}, then ${named}: ${got} instead of ${due}`);
    if (!text.startsWith(response.text)) wrong.push(`cut at ${cut}: text that was never sent`);
  }
  return wrong;
}

/** Cuts of a refusal that lose its status, or that give a kind which neither the rest of its words nor the status give. */
export function refusalCutExceptions(
  { head, bytes, broken }: Cuttable,
  [named, ended]: Ending,
  wire: Wire = openaiChat(PLAIN),
): string[] {
  const kinds: unknown[] = [broken, replay(head, [], null, wire).failure!.kind];
  return Array.from({ length: bytes.length }, (_, cut) => cut).flatMap((cut) => {
    const { outcome, failure: because } = replay(head, [bytes.subarray(0, cut)], ended, wire);
    const isRight = outcome === "failed" && because!.status === head.status && because!.where === "headers";
    return isRight && kinds.includes(because!.kind)
      ? []
      : [`cut at ${cut}, then ${named}: ${because?.kind ?? outcome}`];
  });
}

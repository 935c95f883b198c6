import { createParser } from "eventsource-parser";
import { describe, expect, it } from "vitest";
import { failure, type FailureKind } from "../../src/core/failure.ts";
import { random } from "../../src/core/random.ts";
import { EVENT_BYTES_MAX } from "../../src/protocol/limits.ts";
import { responseFlags } from "../../src/run/response.ts";
import { isCorpusModel, readCorpus, type Fixture } from "../support/corpus.ts";
import { eventEnds, replay } from "../support/replay.ts";

/*
 * Every body of the corpus, cut at every byte. The rule (architecture, definitions): an answer is whole once its finish
 * reason or its terminator was read, whatever the connection did after it; a flag names the one that is missing.
 * Before that, a cut is a named failure: `truncated` when the far side closed, `network` when it reset. What was decided
 * by the head, by an error event or by the size of an event stays decided.
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
  { expected }: Fixture,
  stage: Stage,
  cut: number,
  undecided: FailureKind,
): FailureKind | "completed" | "completed, no_terminator" | "completed, no_finish" {
  if (stage.broken) return expected.failure!.kind;
  if (!stage.done && cut - stage.end > EVENT_BYTES_MAX) return "too-large";
  if (!stage.finished && !stage.done) return undecided;
  if (stage.filtered) return "content-filter";
  if (!stage.done) return "completed, no_terminator";
  return stage.finished ? "completed" : "completed, no_finish";
}

/** How the transport may end after a cut, and what an undecided answer is called then. */
const ENDINGS = [
  ["an end", null, "truncated"],
  ["a body shorter than its length", failure("truncated", { where: "stream" }), "truncated"],
  ["a reset", failure("network", { where: "stream", code: "ECONNRESET" }), "network"],
] as const;

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

/** Cuts whose outcome is not the one that the rule names, as sentences. */
function exceptions(fixture: Fixture, [ending, ended, undecided]: (typeof ENDINGS)[number]): string[] {
  const { name, head, bytes, expected } = fixture;
  const stages = stagesOf(bytes);
  const wrong: string[] = [];
  let passed = 0;
  for (const cut of cutsOf(name, bytes)) {
    while (passed + 1 < stages.length && stages[passed + 1]!.end <= cut) passed += 1;
    const { outcome, failure: because, response } = replay(head, [bytes.subarray(0, cut)], ended);
    const flags = responseFlags(response, isCorpusModel, {}).filter(
      (flag) => flag.startsWith("no_") && flag !== "no_usage",
    );
    const got = because === null ? [outcome, ...flags].join(", ") : because.kind;
    const due = ruled(fixture, stages[passed]!, cut, undecided);
    if (got !== due) wrong.push(`cut at ${cut}, then ${ending}: ${got} instead of ${due}`);
    if (!expected.text.startsWith(response.text)) wrong.push(`cut at ${cut}: text that was never sent`);
  }
  return wrong;
}

const corpus = readCorpus();
const streams = corpus.filter(({ head, expected }) => head.status === 200 && expected.failure?.where !== "headers");
const refusals = corpus.filter((fixture) => !streams.includes(fixture));

describe("a stream cut at every byte is a named failure, or whole", () => {
  it.each(streams.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => {
    for (const ending of ENDINGS) expect(exceptions(fixture, ending)).toEqual([]);
  });
});

describe("a refusal cut at every byte keeps its status, and a kind that the rest of its words or the status give", () => {
  it.each(refusals.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, { head, bytes, expected }) => {
    const byStatus = replay(head, []).failure!.kind;
    for (const [, ended] of ENDINGS) {
      for (let cut = 0; cut < bytes.length; cut += 1) {
        const { outcome, failure: because } = replay(head, [bytes.subarray(0, cut)], ended);
        expect([outcome, because!.status, because!.where]).toEqual(["failed", head.status, "headers"]);
        expect([byStatus, expected.failure!.kind]).toContain(because!.kind);
      }
    }
  });
});

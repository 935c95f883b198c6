import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { responseFlags } from "../../src/run/response.ts";
import { cutAt, replay } from "../support/replay.ts";

/* Any events in any order, against a model of a few lines that knows what each of them means and nothing of how it is written. */

/** What one event means. */
type Meaning =
  | { readonly is: "content"; readonly text: string }
  | { readonly is: "finish"; readonly reason: "stop" | "content-filter"; readonly text: string }
  | { readonly is: "usage"; readonly output: number }
  | { readonly is: "error" | "done" | "nothing" };

/** An event as it goes over the wire, and what it means. */
interface Event {
  readonly wire: string;
  readonly means: Meaning;
}

const HEAD = { status: 200, headers: { "content-type": "text/event-stream" } };

const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 });
const data = (value: unknown): string => `data: ${JSON.stringify(value)}`;
const chunk = (delta: unknown, finish: unknown = null, more: object = {}): string =>
  data({ id: "x", ...more, choices: [{ index: 0, delta, finish_reason: finish }] });

const content = words.chain((text) =>
  fc
    .constantFrom<unknown>(
      { content: text },
      { content: [{ type: "text", text }] },
      { content: [{ type: "thinking", thinking: [{ type: "text", text }] }] },
      { refusal: text },
      { reasoning_content: text, content: null },
      { reasoning: text, reasoning_content: text },
      { tool_calls: [{ index: 0, function: { name: text } }] },
      { function_call: { arguments: text } },
    )
    .map((delta): Event => ({ wire: chunk(delta), means: { is: "content", text } })),
);
const finish = fc
  .record({
    reason: fc.constantFrom<readonly [string, "stop" | "content-filter"]>(
      ["stop", "stop"],
      ["eos", "stop"],
      ["content_filter", "content-filter"],
    ),
    text: fc.oneof(fc.constant(""), words),
  })
  .map(({ reason: [said, reason], text }): Event => {
    return { wire: chunk({ content: text }, said), means: { is: "finish", reason, text } };
  });
const usage = fc.nat({ max: 500 }).chain((output) => {
  const counts = { prompt_tokens: 3, completion_tokens: output };
  return fc
    .constantFrom(
      data({ choices: [], usage: counts }),
      data({ choices: [], x_groq: { usage: counts } }),
      chunk({}, null, { usage: counts }),
    )
    .map((wire): Event => ({ wire, means: { is: "usage", output } }));
});
const always = (is: "error" | "done" | "nothing", ...wires: readonly string[]): fc.Arbitrary<Event> =>
  fc.constantFrom(...wires).map((wire) => ({ wire, means: { is } }));
const error = always(
  "error",
  'data: {"error":{"message":"boom"}}',
  'event: error\ndata: {"message":"boom"}',
  "error: boom",
  'data: "boom"',
  "data: boom",
  chunk({}, "error"),
);
const done = always("done", "data: [DONE]", "data:[DONE]", 'data: "[DONE]"', "event: done\ndata: [DONE]");
const nothing = always(
  "nothing",
  ": ping",
  "event: ping\ndata: pong",
  "data: null",
  "data: {}",
  "data:",
  "id: 7",
  chunk({ role: "assistant", content: "" }),
  chunk({ content: null }, "null"),
  data({ choices: [{ index: 1, delta: { content: "not ours" }, finish_reason: "stop" }] }),
);

const events = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: content },
    { weight: 3, arbitrary: nothing },
    { weight: 2, arbitrary: finish },
    { weight: 2, arbitrary: usage },
    { weight: 1, arbitrary: done },
    { weight: 1, arbitrary: error },
  ),
  { maxLength: 12 },
);

/** The answer that these events make. */
function modelled(meanings: readonly Meaning[]): object {
  const answer = { text: "", finish: null as string | null, output: null as number | null, late: false, done: false };
  const take = (text: string): void => {
    answer.late ||= text !== "" && answer.finish !== null;
    answer.text += text;
  };
  let broken = false;
  for (const meaning of meanings) {
    if (answer.done || broken) break;
    if (meaning.is === "content") take(meaning.text);
    else if (meaning.is === "usage") answer.output = meaning.output;
    else if (meaning.is === "finish") {
      take(meaning.text);
      if (meaning.reason === "content-filter") answer.finish = meaning.reason;
      answer.finish ??= meaning.reason;
    } else {
      answer.done = meaning.is === "done";
      broken = meaning.is === "error";
    }
  }
  const whole = answer.done || answer.finish !== null;
  const filtered = answer.finish === "content-filter";
  return { ...answer, outcome: broken || filtered || !whole ? "failed" : "completed", truncated: !broken && !whole };
}

describe("any events of the OpenAI chat stream, in any order and any reads", () => {
  it("make the answer that a model of a few lines makes of them", () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat(), { maxLength: 6 }), (stream, cuts) => {
        const bytes = Buffer.from(stream.map(({ wire }) => `${wire}\n\n`).join(""));
        const offsets = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
        const { response, outcome, failure } = replay(HEAD, cutAt(bytes, offsets));
        expect({
          text: response.text,
          finish: response.finish,
          output: response.usage?.output ?? null,
          late: response.contentAfterFinish,
          done: response.done,
          outcome,
          truncated: failure?.kind === "truncated",
        }).toEqual(modelled(stream.map(({ means }) => means)));
        const flags = responseFlags(response, () => true, {});
        expect({
          no_finish: flags.includes("no_finish"),
          no_terminator: flags.includes("no_terminator"),
          empty: flags.includes("empty"),
          no_usage: flags.includes("no_usage"),
        }).toEqual({
          no_finish: response.done && response.finish === null,
          no_terminator: !response.done && response.finish !== null,
          empty: response.text === "",
          no_usage: response.usage === null,
        });
      }),
      { numRuns: 2000 },
    );
  });
});

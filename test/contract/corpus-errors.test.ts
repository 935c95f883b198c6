import { describe, expect, it } from "vitest";
import { readCorpus } from "../support/corpus.ts";
import { cutAt, eventEnds, replay, type Replayed } from "../support/replay.ts";

/* What the corpus means with something put between its events: an error, or a second answer behind the terminator. */

const corpus = readCorpus().filter(({ bytes }) => bytes.length < 16_384);
const whole = corpus.filter(({ expected }) => expected.outcome === "completed");

/** An error as it comes inside a 200 stream, and an event that is neither a chunk nor anything else that is known. */
const ERRORS: readonly (readonly [string, string])[] = [
  ["an error object", 'data: {"error":{"message":"boom","code":500}}'],
  ["an error text", 'data: {"error":"boom"}'],
  ["an error beside empty choices", 'data: {"choices":[],"usage":null,"error":{"message":"boom"}}'],
  ["an object that calls itself an error", 'data: {"object":"error","message":"boom"}'],
  ["an error under x_groq", 'data: {"x_groq":{"error":"boom"}}'],
  ["an error in a choice", 'data: {"choices":[{"index":0,"delta":{},"error":{"message":"boom"}}]}'],
  ["an error in a list", 'data: [{"error":{"message":"boom"}}]'],
  ["a code and a message", 'data: {"code":"internal","message":"boom"}'],
  ["a type that names an error", 'data: {"type":"InternalServerException","message":"boom"}'],
  ["a list of errors", 'data: {"errors":[{"message":"boom"}]}'],
  ["a detail", 'data: {"detail":"boom"}'],
  ["a status", 'data: {"status":502,"title":"Bad Gateway"}'],
  ["a message alone", 'data: {"message":"boom"}'],
  ["a finish reason of error", 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}'],
  ["an event named error", 'event: error\ndata: {"message":"boom"}'],
  ["an event named error, in words", "event: error\ndata: boom"],
  ["an event named error, without a word", "event: error\ndata:"],
  ["a field named error", 'error: {"code":500,"message":"boom"}'],
  ["words that are no JSON", "data: boom"],
  ["a bare JSON text", 'data: "boom"'],
  ["a bare number", "data: 500"],
  ["a page", "data: <html>\ndata: <body>502 Bad Gateway</body>"],
];

/** All that an answer means, stamps left out: they tell reads, and a longer body is another read. */
function meaning({ response, outcome, failure }: Replayed): object {
  const { contentUs: _stamps, ...timeless } = response;
  return { ...timeless, outcome, failure };
}

describe("an error between any two events of a good answer", () => {
  it.each(ERRORS)("fails it: %s", (_name, error) => {
    for (const { name, head, bytes, expected } of whole) {
      const done = expected.parts.at(-1) === "done";
      // The last end is that of the terminator, where the answer has one and nothing behind it.
      const ends = [0, ...eventEnds(bytes)].filter((end) => !done || end <= bytes.indexOf("[DONE]"));
      const good = ends.filter((end) => {
        const [before, after] = cutAt(bytes, [end]) as [Buffer, Buffer];
        return replay(head, [before, Buffer.from(`${error}\n\n`), after]).outcome !== "failed";
      });
      expect(good, `${name}, put in at these bytes`).toEqual([]);
    }
  });
});

describe("anything behind the terminator", () => {
  it.each(ERRORS)("means nothing: %s", (_name, error) => {
    for (const { name, head, bytes, expected } of whole) {
      if (expected.parts.at(-1) !== "done") continue;
      const late = Buffer.concat([bytes, Buffer.from(`${error}\n\n`)]);
      expect(meaning(replay(head, [late])), name).toEqual(meaning(replay(head, [bytes])));
    }
  });

  it("means nothing: any other stream of the corpus", () => {
    for (const { name, head, bytes, expected } of whole) {
      if (expected.parts.at(-1) !== "done") continue;
      const alone = meaning(replay(head, [bytes]));
      for (const other of corpus) {
        const both = replay(head, [Buffer.concat([bytes, other.bytes])]);
        expect(meaning(both), `${other.name} behind ${name}`).toEqual(alone);
      }
    }
  });
});

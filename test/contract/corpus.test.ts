import { readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamPart } from "../../src/core/provider.ts";
import { responseFlags } from "../../src/run/response.ts";
import { CORPUS_FOLDER, isCorpusModel, readCorpus, type Fixture } from "../support/corpus.ts";
import { cutAt, eventEnds, replay, type Replayed } from "../support/replay.ts";

const corpus = readCorpus();
/** Read byte by byte, or in two at every byte; the others are too large for it. */
const small = corpus.filter(({ bytes }) => bytes.length < 16_384);
const large = corpus.filter(({ bytes }) => bytes.length >= 16_384);

/** A part in the words of the index. */
function inWords(part: StreamPart): string {
  switch (part.type) {
    case "content":
      return `${part.channel} ${part.text}`;
    case "usage":
      return `usage ${[part.usage.input, part.usage.output, part.usage.cached].map((n) => n ?? "-").join("/")}`;
    case "finish":
      return `finish ${part.reason}`;
    case "error":
      return `error ${part.failure.kind}`;
    case "model":
      return `model ${part.id}`;
    case "timings":
    case "clock":
    case "done":
      return part.type;
  }
}

/** All that a body means, stamps left out. */
function meaning({ parts, response, outcome, failure }: Replayed): object {
  const { contentUs: _stamps, coalesced: _reads, ...timeless } = response;
  return { parts, response: timeless, outcome, failure };
}

/** Whole events, one a read, as a server sends them that flushes each. */
function eventByEvent({ head, bytes }: Fixture): Replayed {
  return replay(head, cutAt(bytes, eventEnds(bytes)));
}

describe("the protocol corpus", () => {
  it("has an expectation for each file and a file for each expectation", () => {
    const files = readdirSync(CORPUS_FOLDER).filter((name) => name.endsWith(".sse"));
    expect(files.toSorted()).toEqual(corpus.map(({ name }) => `${name}.sse`).toSorted());
  });

  it.each(corpus.map((fixture) => [fixture.name, fixture.title, fixture] as const))(
    "%s: %s",
    (_name, _title, fixture) => {
      const { expected } = fixture;
      const { parts, response, outcome, failure } = eventByEvent(fixture);
      const usage = response.usage === null ? null : Object.values(response.usage);
      expect(parts.map(inWords)).toEqual(expected.parts);
      expect({
        text: response.text,
        chars: response.chars,
        finish: response.finish,
        usage,
        events: [response.contentUs.length, response.totalEvents],
        outcome,
        flags: outcome === "completed" ? responseFlags(response, isCorpusModel, {}) : [],
      }).toEqual({
        text: expected.text,
        chars: expected.text.length,
        finish: expected.finish,
        usage: expected.usage,
        events: expected.events,
        outcome: expected.outcome,
        flags: expected.flags,
      });
      if (expected.totals !== undefined) expect(response.totals).toEqual(expected.totals);
      if (expected.failure === null) expect(failure).toBeNull();
      else expect(failure).toMatchObject(expected.failure);
    },
  );
});

describe("the protocol corpus, however the bytes are cut", () => {
  it("means the same in two reads, cut at every byte", () => {
    for (const { name, head, bytes } of small) {
      const whole = meaning(replay(head, [bytes]));
      const cuts = Array.from({ length: bytes.length }, (_, at) => at);
      const differing = cuts.filter((at) => !isDeepStrictEqual(meaning(replay(head, cutAt(bytes, [at]))), whole));
      expect(differing, `${name} cut at these bytes`).toEqual([]);
    }
  });

  it("means the same byte by byte", () => {
    for (const { name, head, bytes } of small) {
      const every = Array.from({ length: bytes.length }, (_, at) => at);
      expect(meaning(replay(head, cutAt(bytes, every))), name).toEqual(meaning(replay(head, [bytes])));
    }
  });

  it.each([
    ["small", small, 100],
    ["large", large, 10],
  ] as const)(
    "means the same in random reads, %s bodies, and stamps content with the read that ended its event",
    (_size, bodies, numRuns) => {
      for (const { head, bytes } of bodies) {
        const whole = meaning(replay(head, [bytes]));
        // Read event by event, a content event's stamp is the very byte that ends it.
        const endOfEvent = eventByEvent({ head, bytes } as Fixture).response.contentUs;
        fc.assert(
          fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 30 }), (at) => {
            const offsets = [...new Set(at)].toSorted((a, b) => a - b);
            const replayed = replay(head, cutAt(bytes, offsets));
            expect(meaning(replayed)).toEqual(whole);
            const ends = [...offsets, bytes.length];
            expect(replayed.response.contentUs).toEqual(endOfEvent.map((end) => ends.find((read) => read >= end)));
          }),
          { numRuns },
        );
      }
    },
  );
});

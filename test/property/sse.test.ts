import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/core/provider.ts";
import { sseFramer } from "../../src/protocol/sse.ts";

function framesOf(chunks: readonly Uint8Array[]): Frame[] {
  const framer = sseFramer();
  return chunks.flatMap((chunk) => {
    // As the transport does: the buffer is reused after the call.
    const copy = Uint8Array.from(chunk);
    const frames = framer.push(copy);
    copy.fill(0);
    return frames;
  });
}

/** An independent reading of the same bytes, in one piece. */
function reference(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => void frames.push({ event: event ?? null, data }) });
  parser.feed(new TextDecoder().decode(bytes));
  // That parser keeps a last lone CR waiting for a possible LF.
  parser.feed("\n");
  return frames;
}

const piece = fc.oneof(
  fc.constantFrom(
    "data:",
    "data: ",
    "event: ",
    "event:",
    ":",
    "id: 1",
    "retry: 5",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\r\n\r\n",
    " ",
    "{}",
    "[DONE]",
  ),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const stream = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join("")));

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = [...new Set(at.map((position) => position % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...ends].map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length));
}

describe("server-sent events, any bytes", () => {
  it("gives the same frames however the bytes are cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (bytes, at) => {
        expect(framesOf(cut(bytes, at))).toEqual(framesOf([bytes]));
      }),
    );
  });
  it("gives the same frames byte by byte", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        expect(framesOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(framesOf([bytes]));
      }),
    );
  });
  it("agrees with an independent parser", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const closed = Buffer.concat([bytes, Buffer.from("\n\n")]);
        expect(framesOf([closed])).toEqual(reference(closed));
      }),
      { numRuns: 500 },
    );
  });
});

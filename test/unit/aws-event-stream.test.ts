import { crc32 } from "node:zlib";
import { EventStreamCodec } from "@smithy/core/event-streams";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/core/provider.ts";
import { awsEventStreamFramer } from "../../src/protocol/aws-event-stream.ts";
import { EVENT_BYTES_MAX } from "../../src/protocol/limits.ts";
import { cutAt } from "../support/replay.ts";
import {
  crcOf,
  eventMessage,
  exceptionMessage,
  messageOf,
  rawHeader,
  textHeader,
  word,
} from "../support/event-stream.ts";

/** All frames and the end of reading, the buffer of each chunk overwritten after its call. */
function read(chunks: readonly Uint8Array[]): { frames: Frame[]; failure: string | null; kind: string | null } {
  const framer = awsEventStreamFramer();
  const frames = chunks.flatMap((chunk) => {
    const copy = new Uint8Array(chunk);
    const found = framer.push(copy);
    copy.fill(0);
    return [...found];
  });
  return { frames, failure: framer.failure?.detail ?? null, kind: framer.failure?.kind ?? null };
}

const byteByByte = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.of(byte));

/*
 * The cases of the vectors that AWS publishes for its codecs (smithy-lang/smithy-typescript, packages/eventstream-codec;
 * boto/botocore, tests/unit/test_eventstream.py), built here from their description. The checksums are the published ones: a
 * message that is built otherwise would not have them.
 */
const TYPES: readonly Buffer[] = [
  rawHeader("0", 0, []),
  rawHeader("1", 1, []),
  rawHeader("2", 2, [2]),
  rawHeader("3", 3, [0, 3]),
  rawHeader("4", 4, [0, 0, 0, 4]),
  rawHeader("5", 5, [0, 0, 0, 0, 0, 0, 0, 5]),
  rawHeader("6", 6, [0, 5, ...Buffer.from("bytes")]),
  textHeader("7", "utf8"),
  rawHeader("8", 8, [0, 0, 0, 0, 0, 0, 0, 8]),
  rawHeader("9", 9, [...Buffer.from("0123456789abcdef")]),
];
const ERROR = [
  textHeader(":message-type", "error"),
  textHeader(":error-code", "code"),
  textHeader(":error-message", "message"),
];
const POSITIVE: readonly (readonly [name: string, message: Buffer, prelude: number, checksum: number, frame: Frame])[] =
  [
    ["nothing at all", messageOf([], ""), 0x05c248eb, 0x7d98c8ff, { event: null, data: "" }],
    ["a payload", messageOf([], "{'foo':'bar'}"), 0xfd528c5a, 0xc3653936, { event: null, data: "{'foo':'bar'}" }],
    [
      "a payload and a text header",
      messageOf([textHeader("content-type", "application/json")], "{'foo':'bar'}"),
      0x07fd8396,
      0x8d9c08b1,
      { event: null, data: "{'foo':'bar'}" },
    ],
    ["a header of each type", messageOf(TYPES, ""), 0x03b5cb9c, 0x63353671, { event: null, data: "" }],
    [
      "an error in its headers",
      messageOf(ERROR, ""),
      0xbf23637e,
      0x6b6cea3d,
      { event: "code", data: '{"message":"message"}', isException: true },
    ],
  ];

/** Bytes of a published good message with some of them changed. */
function changed(message: Buffer, at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(message);
  copy.set(bytes, at);
  return copy;
}

/** Lengths of one's own choice under a right checksum. */
function announced(total: number, headers: number): Buffer {
  const lengths = Buffer.concat([word(total), word(headers)]);
  return Buffer.concat([lengths, word(crcOf(lengths)), Buffer.alloc(64)]);
}

const ONE_HEADER = POSITIVE[2]![1];
const NEGATIVE: readonly (readonly [name: string, bytes: Buffer, kind: string, failure: RegExp])[] = [
  ["a length with a bit flipped", changed(POSITIVE[1]![1], 0, 1), "protocol", /prelude/],
  ["a length of the headers with bits flipped", changed(ONE_HEADER, 4, 0xff, 0, 1, 2), "protocol", /prelude/],
  ["a header with a bit flipped", changed(ONE_HEADER, 20, 0x2b), "protocol", /checksum of a message is/],
  ["a payload with a bit flipped", changed(POSITIVE[1]![1], 24, 0x8d), "protocol", /checksum of a message is/],
  [
    "headers longer than the message, rightly summed",
    announced(0x3d, 0xff000102),
    "protocol",
    /longer than the message/,
  ],
  ["a message beyond the limit, rightly summed", announced(0x01800021, 0), "too-large", /over 4 MiB/],
  ["a message shorter than its frame, rightly summed", announced(15, 0), "protocol", /longer than the message/],
  [
    "a header that stands twice",
    messageOf([textHeader("test", "asdf"), textHeader("test", "asdf")], ""),
    "protocol",
    /headers/,
  ],
  ["a header of an unknown type", messageOf([rawHeader("a", 10, [])], ""), "protocol", /headers/],
  ["a header without a name", messageOf([rawHeader("", 0, [])], ""), "protocol", /headers/],
  [
    "a header whose value runs out of the headers",
    messageOf([rawHeader("a", 7, [0, 9, 97])], "xxxxxxxx"),
    "protocol",
    /headers/,
  ],
  ["a header cut within the length of its value", messageOf([rawHeader("a", 7, [0])], "xxxx"), "protocol", /headers/],
];

describe("a message of AWS's event stream", () => {
  it.each(POSITIVE)("is read with %s", (_name, message, prelude, checksum, frame) => {
    expect(message.readUInt32BE(8)).toBe(prelude);
    expect(message.readUInt32BE(message.length - 4)).toBe(checksum);
    for (const chunks of [[message], byteByByte(message)]) {
      expect(read(chunks)).toEqual({ frames: [frame], failure: null, kind: null });
    }
  });

  it.each(NEGATIVE)("is refused with %s", (_name, bytes, kind, failure) => {
    const good = eventMessage("messageStart", { role: "assistant" });
    for (const chunks of [[Buffer.concat([good, bytes, good])], [good, ...byteByByte(bytes), good]]) {
      const result = read(chunks);
      expect(result.frames.map(({ event }) => event)).toEqual(["messageStart"]);
      expect(result.kind).toBe(kind);
      expect(result.failure).toMatch(failure);
    }
  });

  it("has an event's type, or an exception's, and says which", () => {
    const bytes = Buffer.concat([
      eventMessage("chunk", { a: 1 }),
      exceptionMessage("throttlingException", { message: "slow" }),
    ]);
    expect(read([bytes]).frames).toEqual([
      { event: "chunk", data: '{"a":1}' },
      { event: "throttlingException", data: '{"message":"slow"}', isException: true },
    ]);
  });

  it("may be as long as the limit, and comes with the very byte that ends it", () => {
    const frame = 12 + 4;
    const message = messageOf([], "x".repeat(EVENT_BYTES_MAX - frame));
    const framer = awsEventStreamFramer();
    expect(framer.push(message.subarray(0, -1))).toEqual([]);
    expect(framer.push(message.subarray(-1))).toHaveLength(1);
    expect(framer.failure).toBeNull();
  });

  it("means the same however the bytes are cut, and to another reader", () => {
    const codec = new EventStreamCodec(
      (bytes) => Buffer.from(bytes as Uint8Array).toString("utf8"),
      (text) => Buffer.from(text),
    );
    const message = fc.record({
      type: fc.string({ minLength: 1, maxLength: 40 }),
      data: fc.string({ unit: "grapheme" }),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, at) => {
        const encoded = messages.map(({ type, data }) =>
          codec.encode({
            headers: {
              ":message-type": { type: "string", value: "event" },
              ":event-type": { type: "string", value: type },
            },
            body: Buffer.from(data),
          }),
        );
        const bytes = Buffer.concat(encoded);
        const offsets = [...new Set(at.map((each) => each % (bytes.length + 1)))].toSorted((a, b) => a - b);
        const expected = messages.map(({ type, data }) => ({ event: type, data }));
        expect(read(cutAt(bytes, offsets))).toEqual({ frames: expected, failure: null, kind: null });
      }),
    );
  });

  it("has the checksum of the standard", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => crcOf(bytes) === crc32(bytes)));
  });
});

import { crc32 } from "node:zlib";
import { failure, type Failure } from "../core/failure.ts";
import type { Frame } from "../core/provider.ts";
import { readHeaders } from "./aws-event-headers.ts";
import type { Framer } from "./framer.ts";
import { EVENT_BYTES_MAX } from "./limits.ts";

/** Total length, length of the headers, CRC-32 of these two: three unsigned words, big-endian. */
const PRELUDE_BYTES = 12;
/** The CRC-32 of all that is before it, at the end of each message. */
const CHECKSUM_BYTES = 4;

/** Why a message cannot be read. */
class BrokenMessage extends Error {
  readonly failure: Failure;
  constructor(kind: "protocol" | "too-large", detail: string) {
    super(detail);
    this.failure = failure(kind, { where: "stream", detail });
  }
}

/**
 * The binary messages of `application/vnd.amazon.eventstream`
 * (https://smithy.io/2.0/aws/amazon-eventstream.html): lengths and both checksums are verified before anything is believed.
 * Each byte is copied once, into the one buffer of its message, however the stream is cut. An event is a frame under its
 * `:event-type`, an exception one under its `:exception-type`, an error one under its `:error-code`.
 */
export function awsEventStreamFramer(): Framer {
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  let message: Buffer | null = null;
  let length = 0;
  let broken: Failure | null = null;

  /** Takes what the current message lacks, at most; gives the message when it is whole. */
  const take = (bytes: Buffer, start: number): { readonly end: number; readonly whole: Buffer | null } => {
    const into = message ?? prelude;
    const end = start + bytes.copy(into, length, start);
    length += end - start;
    if (length < into.length) return { end, whole: null };
    if (message === null) {
      message = openMessage(prelude);
      return { end, whole: null };
    }
    const whole = message;
    message = null;
    length = 0;
    return { end, whole };
  };
  return {
    get failure() {
      return broken;
    },
    push: (chunk) => {
      const frames: Frame[] = [];
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      try {
        let start = broken === null ? 0 : bytes.length;
        while (start < bytes.length) {
          const { end, whole } = take(bytes, start);
          start = end;
          if (whole !== null) frames.push(frameOf(whole));
        }
      } catch (error) {
        if (!(error instanceof BrokenMessage)) throw error;
        broken = error.failure;
      }
      return frames;
    },
  };
}

/** The buffer of the message that a prelude announces, the prelude in it. */
function openMessage(prelude: Buffer): Buffer {
  if (prelude.readUInt32BE(8) !== crc32(prelude.subarray(0, 8))) {
    throw new BrokenMessage("protocol", "the checksum of a message's prelude is wrong");
  }
  const total = prelude.readUInt32BE(0);
  if (total > EVENT_BYTES_MAX) throw new BrokenMessage("too-large", "one message over 4 MiB");
  if (total < PRELUDE_BYTES + prelude.readUInt32BE(4) + CHECKSUM_BYTES) {
    throw new BrokenMessage("protocol", "the headers of a message are longer than the message");
  }
  const message = Buffer.allocUnsafe(total);
  prelude.copy(message);
  return message;
}

function frameOf(message: Buffer): Frame {
  const bodyEnd = message.length - CHECKSUM_BYTES;
  if (message.readUInt32BE(bodyEnd) !== crc32(message.subarray(0, bodyEnd))) {
    throw new BrokenMessage("protocol", "the checksum of a message is wrong");
  }
  const headersEnd = PRELUDE_BYTES + message.readUInt32BE(4);
  const headers = readHeaders(message.subarray(PRELUDE_BYTES, headersEnd));
  if (headers === null) throw new BrokenMessage("protocol", "the headers of a message cannot be read");
  const data = message.toString("utf8", headersEnd, bodyEnd);
  switch (headers.get(":message-type")) {
    case "exception":
      return { event: headers.get(":exception-type") ?? null, data, isException: true };
    case "error": {
      const text = headers.get(":error-message") ?? data;
      return { event: headers.get(":error-code") ?? null, data: JSON.stringify({ message: text }), isException: true };
    }
    default:
      return { event: headers.get(":event-type") ?? null, data };
  }
}

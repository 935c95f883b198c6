import type { Frame } from "../core/provider.ts";
import { EVENT_BYTES_MAX } from "./limits.ts";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf] as const;

/** Turns the bytes of a stream into frames. Frames come back from the very call that read their last byte. */
export interface Framer {
  push(chunk: Uint8Array): readonly Frame[];
  /** An event grew over {@link EVENT_BYTES_MAX}; nothing more is read. */
  readonly tooLarge: boolean;
}

/**
 * Server-sent events by the WHATWG rules (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream):
 * lines end in CR, LF or CRLF, `data` lines join with LF, comments and unknown fields are skipped, an event without data or
 * without its blank line is no event. A line is decoded only when it is whole, so a character cut by a read is never lost; a
 * lone CR ends its line at once, so no frame waits for the read after it.
 */
export function sseFramer(): Framer {
  // The begun line. Grown by doubling, so that a hostile server that sends byte by byte costs no more than the limit.
  let pending = Buffer.alloc(0);
  let pendingBytes = 0;
  let event: string | null = null;
  let data: string[] = [];
  let dataBytes = 0;
  let skipLf = false;
  let atStart = true;
  let tooLarge = false;

  const line = (bytes: Buffer, frames: Frame[]): void => {
    if (bytes.length === 0) {
      if (data.length > 0) frames.push({ event, data: data.join("\n") });
      event = null;
      data = [];
      dataBytes = 0;
      return;
    }
    const colon = bytes.indexOf(COLON);
    const nameEnd = colon === -1 ? bytes.length : colon;
    if (nameEnd !== 4 && nameEnd !== 5) return;
    const name = bytes.toString("latin1", 0, nameEnd);
    if (name !== "data" && name !== "event") return;
    const valueStart = Math.min(nameEnd + (bytes[nameEnd + 1] === SPACE ? 2 : 1), bytes.length);
    const value = bytes.toString("utf8", valueStart);
    if (name === "event") event = value === "" ? null : value;
    else {
      data.push(value);
      dataBytes += bytes.length + 1;
    }
  };

  const keep = (bytes: Buffer): void => {
    const neededBytes = pendingBytes + bytes.length;
    if (neededBytes > pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(neededBytes, pending.length * 2));
      pending.copy(grown, 0, 0, pendingBytes);
      pending = grown;
    }
    bytes.copy(pending, pendingBytes);
    pendingBytes = neededBytes;
  };

  const whole = (tail: Buffer): Buffer => {
    let bytes = tail;
    if (pendingBytes > 0) {
      keep(tail);
      bytes = pending.subarray(0, pendingBytes);
      pendingBytes = 0;
    }
    if (!atStart) return bytes;
    atStart = false;
    return BOM.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BOM.length) : bytes;
  };

  return {
    get tooLarge() {
      return tooLarge;
    },
    push: (chunk) => {
      const frames: Frame[] = [];
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      let cr = bytes.indexOf(CR);
      let lf = bytes.indexOf(LF);
      while (!tooLarge && start < bytes.length) {
        if (skipLf) {
          skipLf = false;
          if (bytes[start] === LF) start += 1;
        }
        if (lf !== -1 && lf < start) lf = bytes.indexOf(LF, start);
        if (cr !== -1 && cr < start) cr = bytes.indexOf(CR, start);
        const end = cr === -1 ? lf : lf === -1 ? cr : Math.min(cr, lf);
        if (end === -1) {
          keep(bytes.subarray(start));
          break;
        }
        skipLf = end === cr;
        line(whole(bytes.subarray(start, end)), frames);
        start = end + 1;
        tooLarge = dataBytes > EVENT_BYTES_MAX;
      }
      tooLarge ||= pendingBytes + dataBytes > EVENT_BYTES_MAX;
      return frames;
    },
  };
}

import { failure } from "../core/failure.ts";
import type { Frame } from "../core/provider.ts";
import type { Framer } from "./framer.ts";
import { EVENT_BYTES_MAX } from "./limits.ts";
import { openLine } from "./open-line.ts";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const QUOTE = 0x22;
const BRACE = 0x7b;
const BOM = [0xef, 0xbb, 0xbf] as const;

/**
 * Server-sent events by the WHATWG rules (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream):
 * lines end in CR, LF or CRLF, `data` lines join with LF, comments and unknown fields are skipped, an event without data or
 * without its blank line is no event. Three departures, since skipping an error would turn a broken answer into a good one. A field named `error` is read as the data of an event of that name. By
 * the rules it is an unknown field, but llama.cpp sent its errors so until 2025-09. A line that is bare JSON is read as data. An event
 * named `error` is one even without data. A line is decoded only when it is whole, so a character cut by a read is never lost; a
 * lone CR ends its line at once, so no frame waits for the read after it.
 */
export function sseFramer(): Framer {
  const event = openEvent();
  const begun = openLine();
  let skipLf = false;
  let atStart = true;
  let tooLarge = false;

  const whole = (tail: Buffer): Buffer => {
    const bytes = begun.complete(tail);
    if (!atStart) return bytes;
    atStart = false;
    return BOM.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BOM.length) : bytes;
  };
  return {
    get failure() {
      return tooLarge ? failure("too-large", { where: "stream", detail: "one event over 4 MiB" }) : null;
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
          begun.keep(bytes.subarray(start));
          break;
        }
        skipLf = end === cr;
        const frame = event.line(whole(bytes.subarray(start, end)));
        if (frame !== null) frames.push(frame);
        start = end + 1;
        tooLarge = event.bytes() > EVENT_BYTES_MAX;
      }
      tooLarge ||= begun.bytes() + event.bytes() > EVENT_BYTES_MAX;
      return frames;
    },
  };
}

/** The event that is being read: takes whole lines, gives a frame at the blank one. */
function openEvent(): { line(bytes: Buffer): Frame | null; bytes(): number } {
  let name: string | null = null;
  let data: string[] = [];
  let dataBytes = 0;
  const end = (): Frame | null => {
    const frame = data.length === 0 && name !== "error" ? null : { event: name, data: data.join("\n") };
    name = null;
    data = [];
    dataBytes = 0;
    return frame;
  };
  const keep = (text: string, lineBytes: number): void => {
    data.push(text);
    dataBytes += lineBytes + 1;
  };
  return {
    bytes: () => dataBytes,
    line: (bytes) => {
      if (bytes.length === 0) return end();
      if (bytes[0] === BRACE && bytes[1] === QUOTE) {
        keep(bytes.toString("utf8"), bytes.length);
        return null;
      }
      const colon = bytes.indexOf(COLON);
      const fieldEnd = colon === -1 ? bytes.length : colon;
      const field = fieldEnd === 4 || fieldEnd === 5 ? bytes.toString("latin1", 0, fieldEnd) : "";
      if (field !== "data" && field !== "event" && field !== "error") return null;
      const valueStart = Math.min(fieldEnd + (bytes[fieldEnd + 1] === SPACE ? 2 : 1), bytes.length);
      const value = bytes.toString("utf8", valueStart);
      if (field === "event") name = value === "" ? null : value;
      else {
        if (field === "error") name = "error";
        keep(value, bytes.length);
      }
      return null;
    },
  };
}

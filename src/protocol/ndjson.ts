import { failure } from "../core/failure.ts";
import type { Frame } from "../core/provider.ts";
import type { Framer } from "./framer.ts";
import { EVENT_BYTES_MAX } from "./limits.ts";
import { openLine } from "./open-line.ts";

const LF = 0x0a;

/**
 * Newline-delimited JSON: a frame per line that is not blank. A line without its end is no frame, since nobody can know
 * whether it is whole. A CR before the LF is white space of the JSON.
 */
export function ndjsonFramer(): Framer {
  const begun = openLine();
  let tooLarge = false;
  return {
    get failure() {
      return tooLarge ? failure("too-large", { where: "stream", detail: "one line over 4 MiB" }) : null;
    },
    push: (chunk) => {
      const frames: Frame[] = [];
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      while (!tooLarge && start < bytes.length) {
        const end = bytes.indexOf(LF, start);
        tooLarge = begun.bytes() + (end === -1 ? bytes.length : end) - start > EVENT_BYTES_MAX;
        if (tooLarge) break;
        if (end === -1) {
          begun.keep(bytes.subarray(start));
          break;
        }
        const data = begun.complete(bytes.subarray(start, end)).toString("utf8").trim();
        if (data !== "") frames.push({ event: null, data });
        start = end + 1;
      }
      return frames;
    },
  };
}

import type { IncomingMessage } from "node:http";

export const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** A body over the limit is read on and forgotten, so that its sender hears why; one that never ends is not. */
const DRAINED_BYTES_MAX = 4 * BODY_BYTES_MAX;

/** Reads a request body: its text, or why there is none. */
export function readBody(request: IncomingMessage): Promise<{ readonly text: string } | "too-large" | "aborted"> {
  return new Promise((resolve) => {
    let bytes = 0;
    const chunks: Buffer[] = [];
    request.on("data", (data: Buffer) => {
      bytes += data.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(data);
      else chunks.length = 0;
      if (bytes > DRAINED_BYTES_MAX) request.destroy();
    });
    request.on("end", () => {
      resolve(bytes > BODY_BYTES_MAX ? "too-large" : { text: Buffer.concat(chunks).toString("utf8") });
    });
    // After `end` this changes nothing.
    request.on("close", () => resolve("aborted"));
    request.on("error", () => resolve("aborted"));
  });
}

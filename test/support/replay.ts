import type { Failure } from "../../src/core/failure.ts";
import type { Outcome } from "../../src/core/observation.ts";
import type { StreamPart, Wire } from "../../src/core/provider.ts";
import type { Us } from "../../src/core/units.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { judge } from "../../src/run/call-once.ts";
import { readResponse, type Response } from "../../src/run/response.ts";
import type { Fixture } from "./corpus.ts";

/** A response read without a connection: what the readers made of it, and the judgement. */
export interface Replayed {
  readonly parts: readonly StreamPart[];
  readonly response: Response;
  readonly outcome: Outcome;
  readonly failure: Failure | null;
}

const wire = openaiChat(PLAIN);

/**
 * Reads the chunks as the transport would hand them over, the buffer overwritten after each call. The clock is faked: a
 * chunk's stamp is the number of bytes read with it, so that a stamp tells which read brought an event.
 * `ended` is how the transport says the exchange ended; null for an end as HTTP wants it.
 */
export function replay(
  head: Fixture["head"],
  chunks: readonly Uint8Array[],
  ended: Failure | null = null,
  dialect: Wire = wire,
): Replayed {
  const parts: StreamPart[] = [];
  let over = false;
  const reader = readResponse(recording(dialect, parts), { contentSeen: () => undefined, failed: () => (over = true) });
  reader.onHeaders(head.status, head.headers);
  let at: Us = 0;
  for (const chunk of chunks) {
    at += chunk.length;
    // The exchange is aborted at the first failure.
    if (over) break;
    const copy = new Uint8Array(chunk);
    reader.onData(copy, at);
    copy.fill(0);
  }
  reader.onEnd();
  const [outcome, failure] = judge({ error: ended }, reader.response, null);
  return { parts, response: reader.response, outcome, failure };
}

/** The same wire, its parts written down. */
function recording(inner: Wire, parts: StreamPart[]): Wire {
  return {
    ...inner,
    reader: (head) => {
      const read = inner.reader(head);
      return (frame) => {
        const found = read(frame);
        parts.push(...found);
        return found;
      };
    },
  };
}

/**
 * Offsets just behind each blank line that ends an event (or a comment): a CR ends its line at once. Found with a pattern
 * over the whole text, sharing nothing with the framer.
 */
export function eventEnds(bytes: Buffer): number[] {
  return [...bytes.toString("latin1").matchAll(/(?:^|\r\n|\r(?!\n)|\n)(?=[\r\n])/g)].map(
    ({ 0: lineEnd, index }) => index + lineEnd.length + 1,
  );
}

/** The bytes cut at ascending offsets. */
export function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  return [0, ...offsets].map((start, i) => bytes.subarray(start, offsets[i] ?? bytes.length));
}

import type { Failure } from "../core/failure.ts";
import type { Frame } from "../core/provider.ts";

/** Turns the bytes of a stream into frames. Frames come back from the very call that read their last byte. */
export interface Framer {
  push(chunk: Uint8Array): readonly Frame[];
  /** Why nothing more is read: an event over the limit, or bytes that are no such stream. Null while all is well. */
  readonly failure: Failure | null;
}

/** Everything that can be made to go wrong, by name. A closed list. */
export const FAULT_NAMES = [
  /** 503 with an OpenAI error body. */
  "http-503",
  /** 429 with `retry-after: 1`. */
  "http-429",
  /** Status 200, half of the text, then an error event and the end. Without a stream: status 200 and an error body. */
  "error-event",
  /** The socket is destroyed after half of the text. */
  "cut",
  /** Everything but the terminator. Streams only. */
  "no-done",
  /** Finishes with `stop` without any text. */
  "empty",
  /** Silence of `ms` after half of the text, then the rest. */
  "stall",
  /** Status 200 and a web page. */
  "html-200",
  /** The connection is reset (TCP RST) before any header. */
  "reset",
  /** The headers come `ms` later, and everything after them. */
  "slow-headers",
  /** Another model is echoed. */
  "other-model",
  /** Usage is never reported. */
  "no-usage",
  /** 400 with an OpenAI error body, for a request that is in order. */
  "refuse-400",
  /** Writes on at its pace past the limit that was asked for. Streams only. */
  "endless",
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];

/** The faults that take a duration. */
export const TIMED_FAULTS = ["stall", "slow-headers"] as const satisfies readonly FaultName[];

type TimedFaultName = (typeof TIMED_FAULTS)[number];

/** A fault and the share of requests, 0 to 1, that it befalls. */
export type Fault =
  | { readonly name: Exclude<FaultName, TimedFaultName>; readonly share: number }
  | { readonly name: TimedFaultName; readonly share: number; readonly ms: number };

/** Without meaning for an answer in one piece: such a request is answered in order. */
export const STREAM_FAULTS: readonly FaultName[] = ["no-done", "endless"];

/** The fault that a uniform draw in [0, 1) falls on; null for the rest of the interval. */
export function faultAt(faults: readonly Fault[], draw: number): Fault | null {
  let bound = 0;
  for (const fault of faults) {
    bound += fault.share;
    if (draw < bound) return fault;
  }
  return null;
}

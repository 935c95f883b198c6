/** Everything that can be made to go wrong, by name. A closed list. */
export const FAULT_NAMES = [
  /** 401: a key that is not known. */
  "http-401",
  /** 404: a model that is gone. */
  "http-404",
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

/**
 * Whom a fault befalls: a share of the requests, 0 to 1, by a draw; or, counting the requests of its profile from 1, those
 * from `from` on, every `every`-th.
 */
export type Occasion = { readonly share: number } | { readonly every: number; readonly from: number };

/** A fault and whom it befalls. */
export type Fault = Occasion &
  ({ readonly name: Exclude<FaultName, TimedFaultName> } | { readonly name: TimedFaultName; readonly ms: number });

/** Without meaning for an answer in one piece: such a request is answered in order. */
export const STREAM_FAULTS: readonly FaultName[] = ["no-done", "endless"];

/**
 * The fault of one request: the first whose turn it is, else the one that a uniform draw in [0, 1) falls on; null for the
 * rest of the interval.
 */
export function faultAt(faults: readonly Fault[], draw: number, turn: number): Fault | null {
  const onTurn = faults.find(
    (fault) => "every" in fault && turn >= fault.from && (turn - fault.from) % fault.every === 0,
  );
  if (onTurn !== undefined) return onTurn;
  let bound = 0;
  for (const fault of faults) {
    bound += "share" in fault ? fault.share : 0;
    if (draw < bound) return fault;
  }
  return null;
}

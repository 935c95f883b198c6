/** What a cap is counted in. */
export const CAP_UNITS = ["usd", "tokens", "requests"] as const;

export type CapUnit = (typeof CAP_UNITS)[number];

/** Limits on what a run may take; null for none. */
export interface Caps {
  /** Money by prices per token. What is priced per hour is billed whether it is used or not, and no cap can hold it. */
  readonly usd: number | null;
  /** Input and output together. */
  readonly tokens: number | null;
  /** Requests that left, warm-ups and retries too. */
  readonly requests: number | null;
}

export const NO_CAPS: Caps = { usd: null, tokens: null, requests: null };

/** The caps of one run: on all targets together, and on single ones by their id. */
export interface RunCaps {
  readonly run: Caps;
  readonly targets: Readonly<Record<string, Caps>>;
}

/** Why nothing more left: the arithmetic of one cap. `billed + kept + inFlight + next` is above `limit`. */
export interface CapReached {
  /** The target that stopped; null when the whole run did. */
  readonly target: string | null;
  readonly unit: CapUnit;
  readonly limit: number;
  /** By the usage that was reported. */
  readonly billed: number;
  /** Of ended calls whose bill is unknown: their reservations, in full. */
  readonly kept: number;
  /** Reserved for the calls that had not ended. */
  readonly inFlight: number;
  /** What the next call could take at most. */
  readonly next: number;
}

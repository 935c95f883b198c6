import type { Fault } from "./fault.ts";
import type { RateLimit } from "./limiter.ts";
import type { PrefixCacheSize } from "./prefix-cache.ts";

/** How usage is reported: only when asked for, always on the finish chunk, as a running total in every chunk, or never. */
export const USAGE_MODES = ["on-request", "finish-chunk", "every-chunk", "never"] as const;

/** The character of one simulated endpoint. Data, not code: a JSON file can state another. */
export interface Profile {
  /** Delay of everything, as from a far network: it passes before any header. */
  readonly roundTripMs: number;
  /** Mean time from the start of service to the first text: base + perInputToken × prompt tokens that are not cached, lognormal. */
  readonly ttft: { readonly baseMs: number; readonly perInputTokenMs: number; readonly sigma: number };
  /** Mean gap between content events, lognormal. */
  readonly interEvent: { readonly meanMs: number; readonly sigma: number };
  /** Tokens of each content event; the last one has the rest. */
  readonly tokensPerEvent: number;
  /** Requests served at once; others wait first come, first served, with their headers already sent. */
  readonly capacity: number;
  /** Requests that may wait; one more is answered with 503. */
  readonly queueMax: number;
  /** Slowness of each replica, 1 for nominal; a connection sticks to one, in turn. */
  readonly replicas: readonly number[];
  /** Of each replica, and told in usage. Null: none. */
  readonly prefixCache: PrefixCacheSize | null;
  /** Slowness over time: 1 + amplitude × sin(2π × time since start / period). Null: none. */
  readonly drift: { readonly amplitude: number; readonly periodMs: number } | null;
  /** What a careless client mistakes for text: the role-only chunk, and an empty delta unless null; after the delay. */
  readonly prologue: { readonly roleMs: number; readonly emptyDeltaMs: number | null };
  /** Usage comes this long after the finish chunk, the terminator this long after that. */
  readonly epilogue: { readonly usageMs: number; readonly doneMs: number };
  readonly usage: (typeof USAGE_MODES)[number];
  /** At most one fault per request; the shares add up to at most 1. */
  readonly faults: readonly Fault[];
  /** Over chat requests and model lists together; null: none. */
  readonly rateLimit: RateLimit | null;
  /** When not null, requests must carry it as a bearer token. A planted credential, never a real one. */
  readonly apiKey: string | null;
}

export type Profiles = Readonly<Record<string, Profile>>;

/** Quick in every respect: the profile to beat, and the plainest to derive a test's own from. */
const FAST: Profile = {
  roundTripMs: 0,
  ttft: { baseMs: 60, perInputTokenMs: 0.02, sigma: 0.15 },
  interEvent: { meanMs: 6, sigma: 0.2 },
  tokensPerEvent: 1,
  capacity: 64,
  queueMax: 4096,
  replicas: [1],
  prefixCache: null,
  drift: null,
  prologue: { roleMs: 0, emptyDeltaMs: null },
  epilogue: { usageMs: 0, doneMs: 0 },
  usage: "on-request",
  faults: [],
  rateLimit: null,
  apiKey: null,
};

/** The simulated endpoints, of opposite characters and all quick enough for a demonstration; and one to measure clients by. */
export const PROFILES = {
  "sim-fast": FAST,
  /** Slower, and queues: ten at once find eight places. Reads what it has read before for nothing. Limits the rate, and says truly for how long. */
  "sim-cheap": {
    ...FAST,
    ttft: { baseMs: 140, perInputTokenMs: 0.06, sigma: 0.25 },
    interEvent: { meanMs: 10, sigma: 0.3 },
    capacity: 8,
    prefixCache: { blockTokens: 16, blocksMax: 65_536 },
    rateLimit: { ratePerSecond: 30, burst: 30, penaltyMs: 0, retryAfterS: "honest" },
  },
  /** Fast while it works: one request in ten fails. Punishes who goes above its limit, for longer than it says. */
  "sim-flaky": {
    ...FAST,
    ttft: { baseMs: 80, perInputTokenMs: 0.02, sigma: 0.35 },
    interEvent: { meanMs: 8, sigma: 0.4 },
    faults: [
      { name: "error-event", share: 0.03 },
      { name: "cut", share: 0.03 },
      { name: "http-503", share: 0.02 },
      { name: "http-429", share: 0.02 },
    ],
    rateLimit: { ratePerSecond: 60, burst: 60, penaltyMs: 2500, retryAfterS: 1 },
  },
  /** An ocean away, otherwise good: several tokens per event. */
  "sim-far": {
    ...FAST,
    roundTripMs: 120,
    ttft: { baseMs: 70, perInputTokenMs: 0.02, sigma: 0.15 },
    interEvent: { meanMs: 28, sigma: 0.2 },
    tokensPerEvent: 4,
  },
  /** No target: nothing is drawn, so that a client beside a measurement knows when each event is due. */
  canary: {
    ...FAST,
    ttft: { baseMs: 50, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: 50, sigma: 0 },
  },
  /** No target either: streams of the pace of a quick endpoint, as many at once as a client can take. */
  certify: {
    ...FAST,
    ttft: { baseMs: 200, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: 25, sigma: 0 },
    capacity: 65_536,
  },
} as const satisfies Profiles;

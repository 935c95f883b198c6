import type { SecureContext } from "node:tls";
import type autocannon from "autocannon";
import type { HttpRequest } from "../../core/provider.ts";
import { watchClient } from "./client.ts";
import type { Magazine } from "./flight.ts";

/** One run of autocannon against one origin. */
export interface Volley<Round extends { readonly request: HttpRequest }> {
  /** `https://api.example.com`; every request goes there. */
  readonly origin: string;
  /** Each carries one request at a time. */
  readonly connections: number;
  /**
   * Requests per second and connection, a whole number: they leave one behind the other as soon as the second begins. Null: as
   * fast as they are answered.
   */
  readonly ratePerConnection: number | null;
  /** Requests in all, at least 1: no more is asked of the magazine. */
  readonly amount: number;
  readonly magazine: Magazine<Round>;
  /** Certificates that are trusted; null: Node's own. */
  readonly trust: SecureContext | null;
  /** Ends it at once: what is out is lost. */
  readonly signal: AbortSignal;
}

/** A volley on its way. */
export interface Fired {
  readonly over: Promise<void>;
  /** Nothing more leaves; what is out is awaited. */
  drain(): void;
}

/** How often autocannon looks whether it shall stop, and is done. Its default, a second, would pass between any two volleys. */
const LOOK_MS = 50;

/** Autocannon refuses a shorter time-out than a second. */
export const TIMEOUT_MS_MIN = 1000;

/** In place of its histograms, which nobody reads and which take tens of milliseconds to be packed after each volley. */
const UNREAD = {
  recordValue: () => undefined,
  recordValueWithExpectedInterval: () => undefined,
  reset: () => undefined,
  destroy: () => undefined,
  __custom: true,
};
const NO_FIGURES = {
  histograms: { latencies: UNREAD, requests: UNREAD, throughput: UNREAD },
  skipAggregateResult: true,
};

/** Loads autocannon, which takes half a second that no measurement should have; most runs do without. */
export async function loadCannon(): Promise<Cannon> {
  const { default: autocannon } = await import("autocannon");
  return (volley) => fire(autocannon, volley);
}

/** Fires a volley. */
export type Cannon = <Round extends { readonly request: HttpRequest }>(volley: Volley<Round>) => Fired;

function fire<Round extends { readonly request: HttpRequest }>(shoot: typeof autocannon, volley: Volley<Round>): Fired {
  const { connections, amount, magazine, trust, ratePerConnection, signal } = volley;
  const drains: (() => void)[] = [];
  const over = new Promise<void>((resolve, reject) => {
    const instance = shoot(
      {
        url: volley.origin,
        connections: Math.min(connections, amount),
        amount,
        timeout: Math.max(TIMEOUT_MS_MIN, magazine.timeoutMs) / 1000,
        sampleInt: LOOK_MS,
        ...NO_FIGURES,
        // Its correction for coordinated omission would only touch those figures; it insists on a rate.
        ...(ratePerConnection === null ? {} : { connectionRate: ratePerConnection, ignoreCoordinatedOmission: true }),
        setupClient: (client) => void drains.push(watchClient(client, magazine, trust).drain),
      },
      (error: unknown) => {
        signal.removeEventListener("abort", stop);
        if (error === null) resolve();
        else reject(error instanceof Error ? error : new Error("autocannon did not start", { cause: error }));
      },
    );
    const stop = (): void => instance.stop();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
  return {
    over,
    drain: () => {
      for (const drain of drains) drain();
    },
  };
}

import { gatewayLabel, type GatewayLoad } from "./gateway.ts";

/** The time that a user takes between an answer and the next request. */
export interface ThinkTime {
  /** `exponential`: seeded draws around the mean. */
  readonly distribution: "constant" | "exponential";
  readonly meanMs: number;
}

interface Open {
  readonly kind: "open";
  /** An arrival that finds this many in flight is dropped and counted, never queued. */
  readonly maxInFlight: number;
}

interface Rated extends Open {
  readonly ratePerSecond: number;
}

interface Bursty {
  /** Shape of the gamma distribution of gaps, whose coefficient of variation is 1/√shape: 1 is Poisson, less is burstier. */
  readonly burstiness: number;
}

/** Arrivals by a rate. */
export type RatedLoad =
  | (Rated & { readonly arrival: "constant" | "poisson" })
  | (Rated & Bursty & { readonly arrival: "gamma" })
  /** The rate grows or falls evenly to another one over the scenario's duration. */
  | (Rated & Bursty & { readonly arrival: "ramp"; readonly toRatePerSecond: number })
  /** Equal parts of the scenario's duration, each at its factor times the rate. */
  | (Rated & Bursty & { readonly arrival: "steps"; readonly factors: readonly number[] });

/** `azure`: the CSV of the Azure LLM inference traces. `mooncake`: the JSON lines of the Mooncake traces. */
export const TRACE_FORMATS = ["azure", "mooncake"] as const;

/** Arrivals and lengths that were recorded elsewhere. */
export interface TraceLoad extends Open {
  readonly arrival: "trace";
  /** Path. */
  readonly file: string;
  readonly format: (typeof TRACE_FORMATS)[number];
  /** What lies between two arrivals is multiplied by it: 0.1 is ten times as fast. */
  readonly timeScale: number;
}

/** Requests leave on an absolute schedule, whatever the answers do. */
export type OpenLoad = RatedLoad | TraceLoad;

/** A new request leaves when an answer has ended. */
export interface ClosedLoad {
  readonly kind: "closed";
  /** Users, each with one request in flight or thinking. */
  readonly maxConcurrency: number;
  /** Users begin one after another, spread evenly over this time. */
  readonly rampUpMs: number;
  /** Null: a user asks again at once. */
  readonly thinkTime: ThinkTime | null;
}

/** How requests are let go. Rates and counts are per target. */
export type Load = OpenLoad | ClosedLoad | GatewayLoad;

/** The load as a trace; null when it is none. */
export function traceOf(load: Load): TraceLoad | null {
  return load.kind === "open" && load.arrival === "trace" ? load : null;
}

/** What a sweep raises: users of a closed loop, arrivals per second of an open one. 0 for what has neither. */
export function sizeOf(load: Load): number {
  if (load.kind === "closed") return load.maxConcurrency;
  return load.kind === "gateway" || load.arrival === "trace" ? 0 : load.ratePerSecond;
}

/** Short label of a load, as it stands in every row: `poisson 2/s`, `steps 1 4 16/s`, `closed 8`. */
export function loadLabel(load: Load): string {
  if (load.kind === "gateway") return gatewayLabel(load);
  if (load.kind === "closed") {
    const thinking = load.thinkTime === null ? "" : ` think ${load.thinkTime.meanMs / 1000} s`;
    return `closed ${load.maxConcurrency}${thinking}`;
  }
  if (load.arrival === "trace") return `${load.format} trace${load.timeScale === 1 ? "" : ` time x${load.timeScale}`}`;
  const rate = load.ratePerSecond;
  const shape = "burstiness" in load && load.burstiness !== 1 ? ` gamma ${load.burstiness}` : "";
  switch (load.arrival) {
    case "constant":
    case "poisson":
      return `${load.arrival} ${rate}/s`;
    case "gamma":
      return `gamma ${load.burstiness} ${rate}/s`;
    case "ramp":
      return `ramp ${rate} to ${load.toRatePerSecond}/s${shape}`;
    case "steps":
      return `steps ${load.factors.map((factor) => rate * factor).join(" ")}/s${shape}`;
  }
}

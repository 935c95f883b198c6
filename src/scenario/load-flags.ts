import type { Load, OpenLoad, ThinkTime } from "../core/load.ts";

/** Flags of the command line that say how requests are let go; null for one that was not given. */
export interface ArrivalFlags {
  /** `--request-rate`, requests per second and target. */
  readonly requestRate: number | null;
  /** `--arrival constant|poisson|gamma|ramp|steps`. */
  readonly arrival: string | null;
  /** `--burstiness`, as vLLM's: the shape of gamma gaps. */
  readonly burstiness: number | null;
  /** `--ramp-to`, requests per second at the end of the duration. */
  readonly rampTo: number | null;
  /** `--steps`, factors of the rate. */
  readonly steps: readonly number[] | null;
  /** `--max-concurrency`: alone it closes the loop; beside a rate it limits what is in flight, as vLLM's users expect. */
  readonly maxConcurrency: number | null;
  /** `--ramp-up`, seconds. */
  readonly rampUpS: number | null;
  /** `--think-time`. */
  readonly thinkTime: ThinkTime | null;
}

/** A load as flags make it: not checked yet, its members are whatever they say. */
interface Unchecked {
  readonly kind: Load["kind"];
  readonly [member: string]: unknown;
}

const IN_FLIGHT_DEFAULT = 1000;

/** The load with what the flags say in place of its own: a rate opens the loop, a concurrency without one closes it. */
export function loadOf(own: Load, flags: ArrivalFlags): Unchecked {
  if (own.kind === "gateway") return { ...own };
  const open = own.kind === "open" ? own : null;
  if (flags.requestRate === null && (open === null || flags.maxConcurrency !== null)) {
    return {
      kind: "closed",
      ...(own.kind === "closed" ? own : {}),
      ...given("maxConcurrency", flags.maxConcurrency),
      ...given("rampUpMs", flags.rampUpS === null ? null : Math.round(flags.rampUpS * 1000)),
      ...given("thinkTime", flags.thinkTime),
    };
  }
  const arrival = arrivalOf(open, flags);
  return {
    kind: "open",
    maxInFlight: IN_FLIGHT_DEFAULT,
    // What belongs to a process of its own goes with it.
    ...(open?.arrival === arrival ? open : rateAndLimit(open)),
    arrival,
    ...given("ratePerSecond", flags.requestRate),
    ...given("maxInFlight", flags.maxConcurrency),
    ...given("burstiness", flags.burstiness),
    ...given("toRatePerSecond", flags.rampTo),
    ...given("factors", flags.steps),
  };
}

/** What a flag of its own implies: `--steps` alone means steps. */
function arrivalOf(open: OpenLoad | null, { arrival, steps, rampTo, burstiness }: ArrivalFlags): string {
  if (arrival !== null) return arrival;
  if (steps !== null) return "steps";
  if (rampTo !== null) return "ramp";
  const own = open?.arrival ?? "poisson";
  return burstiness !== null && (own === "poisson" || own === "constant") ? "gamma" : own;
}

function rateAndLimit(open: OpenLoad | null): Partial<Pick<OpenLoad, "ratePerSecond" | "maxInFlight">> {
  return open === null ? {} : { ratePerSecond: open.ratePerSecond, maxInFlight: open.maxInFlight };
}

function given(key: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === null ? {} : { [key]: value };
}

const BURSTY = ["gamma", "ramp", "steps"];

/** Flags that would be ignored in silence. */
export function contradictions(flags: ArrivalFlags, load: Unchecked): string[] {
  const { arrival } = load;
  if (load.kind === "gateway") return ignoredByGateway(flags);
  const misplaced: readonly (readonly [flag: string, isGiven: boolean, needs: string])[] =
    load.kind === "closed"
      ? [
          ["--arrival", flags.arrival !== null, "--request-rate"],
          ["--burstiness", flags.burstiness !== null, "--request-rate"],
          ["--ramp-to", flags.rampTo !== null, "--request-rate"],
          ["--steps", flags.steps !== null, "--request-rate"],
        ]
      : [
          ["--burstiness", flags.burstiness !== null && !BURSTY.includes(String(arrival)), "--arrival gamma"],
          ["--ramp-to", flags.rampTo !== null && arrival !== "ramp", "--arrival ramp"],
          ["--steps", flags.steps !== null && arrival !== "steps", "--arrival steps"],
          ["--ramp-up", flags.rampUpS !== null, "a closed loop: --max-concurrency without a rate"],
          ["--think-time", flags.thinkTime !== null, "a closed loop: --max-concurrency without a rate"],
        ];
  return misplaced.flatMap(([flag, isGiven, needs]) => (isGiven ? [`${flag}: needs ${needs}`] : []));
}

function ignoredByGateway(flags: ArrivalFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === null || !Object.hasOwn(FLAG_OF, name)) return [];
    return [`${FLAG_OF[name]}: changes nothing about a gateway scenario; change its file`];
  });
}

const FLAG_OF: Readonly<Record<string, string>> = {
  requestRate: "--request-rate",
  arrival: "--arrival",
  burstiness: "--burstiness",
  rampTo: "--ramp-to",
  steps: "--steps",
  maxConcurrency: "--max-concurrency",
  rampUpS: "--ramp-up",
  thinkTime: "--think-time",
};

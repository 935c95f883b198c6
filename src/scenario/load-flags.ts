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
  /** `--trace`, a file. */
  readonly trace: string | null;
  /** `--trace-format azure|mooncake`. */
  readonly traceFormat: string | null;
  /** `--time-scale`, a factor on the times of the trace. */
  readonly timeScale: number | null;
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

/** The load with what the flags say in place of its own: a rate or a trace opens the loop, a concurrency alone closes it. */
export function loadOf(own: Load, flags: ArrivalFlags): Unchecked {
  if (own.kind === "gateway") return { ...own };
  const open = own.kind === "open" ? own : null;
  const opens = flags.requestRate !== null || flags.trace !== null;
  if (!opens && (open === null || flags.maxConcurrency !== null)) {
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
    ...(open?.arrival === arrival ? open : shared(open, arrival)),
    arrival,
    ...given("ratePerSecond", flags.requestRate),
    ...given("maxInFlight", flags.maxConcurrency),
    ...given("burstiness", flags.burstiness),
    ...given("toRatePerSecond", flags.rampTo),
    ...given("factors", flags.steps),
    ...given("file", flags.trace),
    ...given("format", flags.traceFormat),
    ...given("timeScale", flags.timeScale),
  };
}

/** What a flag of its own implies: `--steps` alone means steps. */
function arrivalOf(open: OpenLoad | null, flags: ArrivalFlags): string {
  const { arrival, steps, rampTo, burstiness, requestRate } = flags;
  if (arrival !== null) return arrival;
  if (flags.trace !== null) return "trace";
  if (steps !== null) return "steps";
  if (rampTo !== null) return "ramp";
  const own = open === null || (open.arrival === "trace" && requestRate !== null) ? "poisson" : open.arrival;
  return burstiness !== null && (own === "poisson" || own === "constant") ? "gamma" : own;
}

/** What any two processes have in common. */
function shared(open: OpenLoad | null, arrival: string): Readonly<Record<string, number>> {
  if (open === null) return {};
  const hasRate = arrival !== "trace" && open.arrival !== "trace";
  return { maxInFlight: open.maxInFlight, ...(hasRate ? { ratePerSecond: open.ratePerSecond } : {}) };
}

function given(key: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === null ? {} : { [key]: value };
}

const RATED = ["constant", "poisson", "gamma", "ramp", "steps"];
const BURSTY = ["gamma", "ramp", "steps"];
const TRACE = ["trace"];

/** Flags that would be ignored in silence. */
export function contradictions(flags: ArrivalFlags, load: Unchecked): string[] {
  if (load.kind === "gateway") return ignoredByGateway(flags);
  const process = load.kind === "closed" ? "closed" : String(load["arrival"]);
  const uses: readonly (readonly [flag: string, value: unknown, processes: readonly string[], needs: string])[] = [
    ["--arrival", flags.arrival, [...RATED, ...TRACE], "--request-rate"],
    ["--request-rate", flags.requestRate, RATED, "no --trace"],
    ["--burstiness", flags.burstiness, BURSTY, "--request-rate with --arrival gamma"],
    ["--ramp-to", flags.rampTo, ["ramp"], "--request-rate with --arrival ramp"],
    ["--steps", flags.steps, ["steps"], "--request-rate with --arrival steps"],
    ["--trace", flags.trace, TRACE, "no other --arrival"],
    ["--trace-format", flags.traceFormat, TRACE, "--trace"],
    ["--time-scale", flags.timeScale, TRACE, "--trace"],
    ["--ramp-up", flags.rampUpS, ["closed"], "a closed loop: --max-concurrency alone"],
    ["--think-time", flags.thinkTime, ["closed"], "a closed loop: --max-concurrency alone"],
  ];
  return uses.flatMap(([flag, value, processes, needs]) =>
    value === null || processes.includes(process) ? [] : [`${flag}: needs ${needs}`],
  );
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
  trace: "--trace",
  traceFormat: "--trace-format",
  timeScale: "--time-scale",
  maxConcurrency: "--max-concurrency",
  rampUpS: "--ramp-up",
  thinkTime: "--think-time",
};

import { z } from "zod";
import type { Load } from "../core/load.ts";
import { rateProfile } from "../core/rate.ts";
import type { Stop } from "../core/scenario.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { ARRIVALS_MAX } from "./plan.ts";
import { strictObject } from "./problems.ts";

const IN_FLIGHT_MAX = 100_000;
const RATE_PER_SECOND_MAX = 100_000;
export const DURATION_MS_MAX = 7 * 24 * 3600 * 1000;
/** Below it nearly all arrivals come at one moment; above it they are even. */
const BURSTINESS_MIN = 0.01;
const BURSTINESS_MAX = 10_000;
const STEPS_MAX = 100;
const THINK_MS_MAX = 3600 * 1000;

const users = z.int().min(1).max(IN_FLIGHT_MAX);
const rate = z.number().positive().max(RATE_PER_SECOND_MAX);
const burstiness = z
  .number()
  .min(BURSTINESS_MIN)
  .max(BURSTINESS_MAX)
  .describe("Shape of the gamma distribution of gaps: 1 is Poisson, below it bursts, above it evener.");

export const thinkTimeSchema = strictObject({
  distribution: z.enum(["constant", "exponential"]),
  meanMs: z.number().positive().max(THINK_MS_MAX),
});

const open = {
  kind: z.literal("open").describe("Requests leave on an absolute schedule, whatever the answers do."),
  ratePerSecond: rate.describe("Requests per second and target; with conversations, those that begin."),
  maxInFlight: users.describe("An arrival that finds this many in flight is dropped."),
};

const openSchema = z.discriminatedUnion("arrival", [
  strictObject({ ...open, arrival: z.enum(["constant", "poisson"]) }),
  strictObject({ ...open, arrival: z.literal("gamma").describe("Random gaps of any burstiness."), burstiness }),
  strictObject({
    ...open,
    arrival: z.literal("ramp").describe("The rate changes evenly to another one over stop.durationMs."),
    toRatePerSecond: rate,
    burstiness: burstiness.default(1),
  }),
  strictObject({
    ...open,
    arrival: z.literal("steps").describe("Equal parts of stop.durationMs, each at its factor times the rate."),
    factors: z.array(z.number().positive().max(RATE_PER_SECOND_MAX)).min(2).max(STEPS_MAX),
    burstiness: burstiness.default(1),
  }),
]);

export const loadSchema = z.discriminatedUnion("kind", [
  openSchema,
  strictObject({
    kind: z.literal("closed").describe("A new request leaves when an answer has ended."),
    maxConcurrency: users.describe("Users per target, each with one request in flight or thinking."),
    rampUpMs: z
      .int()
      .min(0)
      .max(DURATION_MS_MAX)
      .default(0)
      .describe("Users begin one after another, spread evenly over this time, ms."),
    thinkTime: thinkTimeSchema
      .nullable()
      .default(null)
      .describe("Between an answer and the same user's next request; null for none."),
  }),
  gatewaySchema,
]);

interface Volume {
  readonly load: Load;
  readonly stop: Stop;
}

/** A ramp and steps take their time from the scenario's duration. */
export function hasDuration({ load, stop }: Volume): boolean {
  const isTimed = load.kind === "open" && (load.arrival === "ramp" || load.arrival === "steps");
  return !isTimed || stop.durationMs !== null;
}

/** Random arrivals scatter around their mean, so the limit leaves a tenth to spare. */
export function fitsPlan({ load, stop }: Volume): boolean {
  if (load.kind !== "open" || stop.requests !== null || stop.durationMs === null) return true;
  return rateProfile(load, stop.durationMs).expectedBy(stop.durationMs * 1000) <= 0.9 * ARRIVALS_MAX;
}

import { z } from "zod";
import { TRACE_FORMATS } from "../core/load.ts";
import { gatewaySchema } from "./gateway-schema.ts";
import { strictObject } from "./problems.ts";

const IN_FLIGHT_MAX = 100_000;
const RATE_PER_SECOND_MAX = 100_000;
export const DURATION_MS_MAX = 7 * 24 * 3600 * 1000;
/** Below it nearly all arrivals come at one moment; above it they are even. */
const BURSTINESS_MIN = 0.01;
const BURSTINESS_MAX = 10_000;
const STEPS_MAX = 100;
export const PATH_CHARS_MAX = 4000;
const TIME_SCALE_MIN = 1e-4;
const TIME_SCALE_MAX = 1e4;
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
  maxInFlight: users.describe("An arrival that finds this many in flight is dropped."),
};
const rated = { ...open, ratePerSecond: rate.describe("Requests per second and target.") };

const openSchema = z.discriminatedUnion("arrival", [
  strictObject({ ...rated, arrival: z.enum(["constant", "poisson"]) }),
  strictObject({ ...rated, arrival: z.literal("gamma").describe("Random gaps of any burstiness."), burstiness }),
  strictObject({
    ...rated,
    arrival: z.literal("ramp").describe("The rate changes evenly to another one over stop.durationMs."),
    toRatePerSecond: rate,
    burstiness: burstiness.default(1),
  }),
  strictObject({
    ...rated,
    arrival: z.literal("steps").describe("Equal parts of stop.durationMs, each at its factor times the rate."),
    factors: z.array(z.number().positive().max(RATE_PER_SECOND_MAX)).min(2).max(STEPS_MAX),
    burstiness: burstiness.default(1),
  }),
  strictObject({
    ...open,
    arrival: z.literal("trace").describe("Arrivals and lengths as they were recorded elsewhere."),
    file: z.string().min(1).max(PATH_CHARS_MAX).describe("Path, relative to this file; may be gzipped (.gz)."),
    format: z.enum(TRACE_FORMATS).describe("azure: CSV of the Azure LLM inference traces. mooncake: its JSON lines."),
    timeScale: z
      .number()
      .min(TIME_SCALE_MIN)
      .max(TIME_SCALE_MAX)
      .default(1)
      .describe("What lies between two arrivals is multiplied by it: 0.1 is ten times as fast."),
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

import { z } from "zod";
import { strictObject } from "./problems.ts";
import { isVariableName } from "./secret.ts";

/** How a night runs and whom it tells. Nothing in it is secret: addresses that are stand in environment variables. */
export interface NightlyConfig {
  /** Cap of a whole night, USD; null: that of a run. */
  readonly maxCostUsd: number | "none" | null;
  /** Complete nights that a night is compared with. */
  readonly windowNights: number;
  /** Days after which the raw files of a nightly run are removed; null keeps them. */
  readonly keepRawDays: number | null;
  /** Folder of the published site, relative to where the night runs; null publishes nothing. */
  readonly publishDir: string | null;
  /** A command and its arguments; null for none. */
  readonly onNight: readonly string[] | null;
  /** Names of environment variables that hold a URL. */
  readonly onNightUrlEnv: string | null;
  readonly deadManUrlEnv: string | null;
  readonly deadManStartUrlEnv: string | null;
}

const SLOTS_MAX = 96;
const DAY_MINUTES = 24 * 60;
const ARGUMENTS_MAX = 50;
const ARGUMENT_CHARS_MAX = 1000;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time of day in UTC, such as 03:30");

/** Times of day, or how many of them are spread evenly over the day from midnight. */
export const slotsSchema = z
  .union([z.array(timeOfDay).max(SLOTS_MAX), z.int().min(1).max(SLOTS_MAX)])
  .default([])
  .transform((slots) => (typeof slots === "number" ? evenly(slots) : slots.toSorted()))
  .describe("Times of day in UTC at which a nightly runs a part of the night, or how many parts are spread over 24 h.");

function evenly(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const minute = Math.floor((i * DAY_MINUTES) / count);
    return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
  });
}

// A refinement, because a failed pattern would print what it found: perhaps the secret address itself.
const urlVariable = z
  .string()
  .refine(
    isVariableName,
    "must be the name of an environment variable in capitals, such as NIGHT_WEBHOOK_URL, that holds the URL: such URLs are secrets",
  )
  .nullable()
  .default(null);

export const nightlySchema = strictObject({
  maxCostUsd: z
    .union([z.number().positive().max(1e6), z.literal("none")], 'must be an amount above 0 in USD, or "none"')
    .nullable()
    .default(null)
    .describe("Cap of a whole night, over all slots and targets; without it the cap of a run."),
  windowNights: z.int().min(7).max(60).default(14).describe("Complete nights that a night is compared with."),
  keepRawDays: z
    .int()
    .min(1)
    .max(3650)
    .nullable()
    .default(null)
    .describe("Days after which the raw files of nightly runs are removed; summaries are kept. Null keeps all."),
  publishDir: z.string().min(1).max(300).nullable().default(null).describe("Folder that the site is published to."),
  onNight: z
    .array(z.string().min(1).max(ARGUMENT_CHARS_MAX))
    .min(1)
    .max(ARGUMENTS_MAX)
    .nullable()
    .default(null)
    .describe("A command and its arguments, run once a night; {message} and its like are filled in."),
  onNightUrlEnv: urlVariable.describe("Names the variable with the URL that is sent one message a night as JSON."),
  deadManUrlEnv: urlVariable.describe("Names the variable with the URL that is fetched when a night has ended."),
  deadManStartUrlEnv: urlVariable.describe(
    "Names the variable with the URL that is fetched when it begins; without it, the one of its end with /start behind it.",
  ),
});

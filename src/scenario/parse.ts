import { basename } from "node:path";
import { z } from "zod";
import { TRANSIENT_KINDS, type TransientKind } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import { NO_PROMPT, type Scenario } from "../core/scenario.ts";
import { blockSchema, fitsBlocks } from "./block-schema.ts";
import { GATEWAY_RULES } from "./gateway-schema.ts";
import { readJsonText } from "./json-text.ts";
import { DURATION_MS_MAX, loadSchema } from "./load-schema.ts";
import { ARRIVALS_MAX } from "./plan.ts";
import { check, problem, strictObject } from "./problems.ts";
import { conversationSchema, promptSchema } from "./prompt-schema.ts";
import { RULES } from "./rules.ts";

/** A scenario, or everything that is wrong with it. */
export type ScenarioResult =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly string[] };

const WARMUPS_MAX = 1000;
const LATENCY_MS_MAX = 3600 * 1000;
const TEXT_CHARS_MAX = 1000;

const ID_RULE = "must be lower-case letters, digits and hyphens, beginning with a letter or digit, at most 64";

const text = z.string().trim().min(1).max(TEXT_CHARS_MAX);
const wholeNumber = (min: number, max: number): z.ZodInt => z.int().min(min).max(max);
const latencyMs = z.number().positive().max(LATENCY_MS_MAX);

/** The three limits of an SLO, each optional: what a config may replace. */
export const sloLimits = {
  ttftMs: latencyMs.nullable().default(null).describe("Time to first token, ms; null for no limit."),
  tpotMs: latencyMs.nullable().default(null).describe("Time per output token after the first, ms; null for no limit."),
  e2eMs: latencyMs.nullable().default(null).describe("From sending to the last content, ms; null for no limit."),
};

export const percentile = z
  .number()
  .gt(0.5)
  .lt(1)
  .describe("Quantile at which the limits are meant to hold: 0.95 for p95.");

const sloSchema = strictObject({ ...sloLimits, percentile }).refine(
  (slo) => slo.ttftMs !== null || slo.tpotMs !== null || slo.e2eMs !== null,
  "needs at least one limit: ttftMs, tpotMs or e2eMs",
);

const stopSchema = strictObject({
  requests: wholeNumber(1, ARRIVALS_MAX).nullable().default(null).describe("Requests per target; null for no limit."),
  durationMs: wholeNumber(1, DURATION_MS_MAX).nullable().default(null).describe("Milliseconds; null for no limit."),
});

/** What most clients of the field try again unless told otherwise. */
const RETRIED_DEFAULT: readonly TransientKind[] = ["rate-limited", "overloaded", "server-error", "timeout", "network"];
const ATTEMPTS_MAX = 10;
const BACKOFF_MS_MAX = 60_000;
/** A request that is signed with the time is good for five minutes. */
const WAIT_MS_MAX = 240_000;

const retrySchema = strictObject({
  attempts: wholeNumber(2, ATTEMPTS_MAX).describe("Attempts in all, the first included."),
  on: z
    .array(z.enum(TRANSIENT_KINDS))
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, "names a failure twice")
    .default([...RETRIED_DEFAULT])
    .describe("Failures that are tried again; others do not mend by themselves."),
  backoffMs: wholeNumber(0, BACKOFF_MS_MAX)
    .default(500)
    .describe(
      "Longest wait before the second attempt, ms; it doubles before each further one. Half to all of it is drawn.",
    ),
  waitMsMax: wholeNumber(1, WAIT_MS_MAX)
    .default(60_000)
    .describe("No wait is longer, ms; a server that asks for a longer one is not asked again."),
}).refine((retry) => retry.backoffMs <= retry.waitMsMax, {
  path: ["backoffMs"],
  message: "must not be above waitMsMax",
});

const prompt = promptSchema.nullable().describe("Null where only a list of models is asked for.");
const conversation = conversationSchema
  .nullable()
  .default(null)
  .describe("Requests that follow one another, the model's own answers as history. Null: each stands alone.");
const warmups = wholeNumber(0, WARMUPS_MAX).describe("Requests per target sent first, one by one, and not measured.");
const arrangement = z
  .enum(["paired", "rotated"])
  .describe(
    "paired: all targets in the same minutes on one schedule. rotated: one target after another, block by block.",
  );

/** Members that others depend on. */
const MEMBERS = {
  prompt,
  conversation,
  load: loadSchema,
  stop: stopSchema,
  warmups,
  slo: sloSchema,
  arrangement,
  block: blockSchema,
};

/** Whether these members are in order by themselves, so that a rule about them makes sense: all problems at once. */
function has(...members: readonly (keyof typeof MEMBERS)[]): (of: { readonly value: unknown }) => boolean {
  const schema = z.object(Object.fromEntries(members.map((name) => [name, MEMBERS[name]])));
  return ({ value }) => schema.safeParse(value).success;
}

const singly = strictObject({
  $schema: z.string().optional(),
  id: z
    .string()
    .regex(/^[a-z\d][a-z\d-]{0,63}$/, ID_RULE)
    .describe("Equal to the file name."),
  title: text.describe("One line for people."),
  source: text.describe("Where the lengths and limits come from."),
  prompt,
  conversation,
  load: loadSchema,
  stop: stopSchema.describe("The scenario ends at whichever comes first; at least one is needed."),
  warmups,
  slo: sloSchema.describe("A request is good when it meets every limit; at least one is needed."),
  arrangement,
  block: blockSchema,
  retry: retrySchema
    .nullable()
    .default(null)
    .describe(
      "Tries failed requests again; each attempt is recorded, and figures are of first attempts. Null: a failure stands.",
    ),
  seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).describe("Of arrivals, order and prompts."),
});

const forGateways = GATEWAY_RULES.reduce(
  (schema, { path, needs, message, holds }) =>
    schema.refine(holds, { path: [...path], message, when: has("load", ...needs) }),
  singly,
).refine(fitsBlocks, {
  path: ["block"],
  message:
    "is of an open loop, or counts the requests of a closed one that ends by stop.requests alone; remove it, or open the loop",
  when: has("load", "stop", "block"),
});

/** `scenarios/*.json`. */
export const scenarioSchema = RULES.reduce(
  (schema, { path, needs, message, holds }) =>
    // Without a prompt there is nothing that these rules are about.
    schema.refine(({ prompt: asked, ...rest }) => asked === null || holds({ ...rest, prompt: asked }), {
      path: [...path],
      message,
      when: has(...needs),
    }),
  forGateways,
);

/** Reads the text of a scenario file. `fileName` may be a path; the id must equal its last part without `.json`. */
export function parseScenario(source: string, fileName: string): ScenarioResult {
  const read = readJsonText(source);
  if (!read.ok) return read;
  const id = basename(fileName).replace(/\.json$/, "");
  const result = checkScenario(read.value);
  const found = isObject(read.value) ? read.value["id"] : undefined;
  if (typeof found !== "string" || found === id) return result;
  const mismatch = problem(["id"], `must equal the file name, "${id}", is "${found}"; rename one of them`);
  return { ok: false, problems: [mismatch, ...(result.ok ? [] : result.problems)] };
}

/** Checks a value that came from elsewhere than a file, such as command-line flags. */
export function checkScenario(value: unknown): ScenarioResult {
  const checked = check(scenarioSchema, value);
  if (!checked.ok) return checked;
  const { $schema: _schema, ...scenario } = checked.value;
  return { ok: true, scenario: { ...scenario, prompt: scenario.prompt ?? NO_PROMPT } };
}

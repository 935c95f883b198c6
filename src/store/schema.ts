import { z } from "zod";
import { FAILURE_KINDS } from "../core/failure.ts";
import type { EventTrace, Intent, Observation, TokenCount } from "../core/observation.ts";
import type { Stall } from "../core/run.ts";
import type { Same } from "./same.ts";

const version = z.literal(1);
const id = z.string().min(1);
const us = z.int();
const count = z.int().nonnegative();
const text = z.string();

const stamps = z.object({
  scheduled: us,
  released: us.nullable(),
  sent: us.nullable(),
  written: us.nullable(),
  headers: us.nullable(),
  firstByte: us.nullable(),
  firstContent: us.nullable(),
  lastContent: us.nullable(),
  end: us.nullable(),
});

const connection = z.object({
  id: z.int(),
  reused: z.boolean(),
  peer: text.nullable(),
  dns: us.nullable(),
  tcp: us.nullable(),
  tls: us.nullable(),
  protocol: text,
});

const failure = z.object({
  kind: z.enum(FAILURE_KINDS),
  where: text.nullable(),
  status: z.int().nullable(),
  code: text.nullable(),
  detail: text.nullable(),
});

const server = z.object({
  queueMs: z.number().nullable(),
  ttftMs: z.number().nullable(),
  promptMs: z.number().nullable(),
  decodeMs: z.number().nullable(),
  totalMs: z.number().nullable(),
});

const rateLimit = z.object({
  retryAfterMs: z.number().nullable(),
  limitRequests: z.number().nullable(),
  remainingRequests: z.number().nullable(),
  limitTokens: z.number().nullable(),
  remainingTokens: z.number().nullable(),
  // Absent from the first folders of this version.
  windows: z
    .array(
      z.object({
        of: z.enum(["requests", "tokens", "input-tokens", "output-tokens"]),
        windowMs: z.number().nullable(),
        limit: z.number().nullable(),
        remaining: z.number().nullable(),
        resetMs: z.number().nullable(),
      }),
    )
    .default([]),
});

/** Observation v1 as it stands on disk; `observation.schema.json` is made from it. Unknown members are ignored. */
export const observationSchema = z.object({
  v: version,
  id,
  target: text,
  scenario: text,
  load: text,
  slice: text.nullable(),
  pair: count,
  block: count.default(0),
  turn: count,
  attempt: z.int().positive(),
  phase: z.enum(["warmup", "measured"]),
  stamps,
  connection: connection.nullable(),
  outcome: z.enum(["completed", "failed", "cancelled", "dropped", "not-started"]),
  failure: failure.nullable(),
  reason: z.enum(["interrupt", "race", "overshoot", "budget", "breaker", "dependency", "decided"]).nullable(),
  finish: z.enum(["stop", "length", "content-filter", "tool-calls", "other"]).nullable(),
  flags: z.array(
    z.enum([
      "no_terminator",
      "no_finish",
      "content_after_finish",
      "empty",
      "coalesced",
      "no_usage",
      "model_differs",
      "end_only",
    ]),
  ),
  usage: z.object({ input: count.nullable(), output: count.nullable(), cached: count.nullable() }).nullable(),
  events: z.object({ content: count, total: count, coalesced: count }),
  server: server.nullable(),
  rateLimit: rateLimit.nullable(),
  modelEchoed: text.nullable(),
  request: z.object({
    inputTokens: count,
    maxOutputTokens: count,
    bytes: count.nullable(),
    promptHash: text.nullable(),
    // Runs of before this member noted no such time.
    signingUs: us.nonnegative().nullable().default(null),
  }),
  response: z.object({ bytes: count, chars: count, textHash: text.nullable() }),
  cost: z.object({ reservedUsd: z.number().nullable(), usd: z.number().nullable() }),
});

export const eventTraceSchema = z.object({
  v: version,
  id,
  firstUs: us,
  deltasUs: z.array(us.nonnegative()),
  totals: z.array(count).nullable(),
  // Runs of before this member knew no such clock.
  serverDeltasUs: z.array(us.nonnegative()).nullable().default(null),
});

export const tokenCountSchema = z.object({ v: version, id, output: count, first: count });

export const intentSchema = z.object({
  v: version,
  id,
  target: text,
  atUs: us,
  reservedUsd: z.number().nullable(),
});

export const stallSchema = z.object({ v: version, id, scenario: text, atUs: us, delayMs: z.number() });

// The schemas and core's types say the same, or this file does not compile.
true satisfies Same<z.infer<typeof observationSchema>, Observation>;
true satisfies Same<z.infer<typeof eventTraceSchema>, EventTrace>;
true satisfies Same<z.infer<typeof tokenCountSchema>, TokenCount>;
true satisfies Same<z.infer<typeof intentSchema>, Intent>;
true satisfies Same<z.infer<typeof stallSchema>, Stall>;

/** JSON Schema (2020-12) of one line of `observations.ndjson`, as text. */
export function observationJsonSchema(): string {
  const schema = {
    title: "herdbench observation, version 1",
    description: "One line of observations.ndjson: the flat record of one attempt. Unknown is null.",
    ...z.toJSONSchema(observationSchema, { io: "input" }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

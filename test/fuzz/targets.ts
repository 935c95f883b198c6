import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Random } from "../../src/core/random.ts";
import { httpFailure, streamFailure } from "../../src/protocol/errors.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { histogramsOf } from "../../src/protocol/prometheus.ts";
import { sseFramer } from "../../src/protocol/sse.ts";
import { rateWindows } from "../../src/protocol/rate-limits.ts";
import { rateLimitOf } from "../../src/run/rate-limit.ts";
import { readJsonText } from "../../src/scenario/json-text.ts";
import { eventTraceSchema, intentSchema, observationSchema, tokenCountSchema } from "../../src/store/schema.ts";
import { readCorpus } from "../support/corpus.ts";
import { replay } from "../support/replay.ts";
import { cuts, parsed, sound, soundParts } from "./checks.ts";
import { cloudTargets } from "./cloud-targets.ts";
import type { Target } from "./target.ts";

const ROOT = join(import.meta.dirname, "../..");
const { usage, finish, modelEchoed } = observationSchema.shape;

/** Every parser of bytes that others write. */
export function fuzzTargets(): readonly Target[] {
  const corpus = readCorpus().filter(({ bytes }) => bytes.length < 16_384);
  const bodies = corpus.map(({ bytes }) => bytes);
  const data = bodies.flatMap((bytes) => sseFramer().push(bytes)).map((frame) => Buffer.from(frame.data));
  const refusals = corpus.filter(({ head }) => head.status !== 200).map(({ bytes }) => bytes);
  return [
    { name: "sse framer", share: 12, seeds: bodies, run: frames },
    { name: "openai-chat reader", share: 12, seeds: data, run: parts },
    { name: "response", share: 12, seeds: bodies, run: response },
    { name: "error normaliser", share: 10, seeds: [...refusals, ...data], run: normalised },
    { name: "rate-limit headers", share: 4, seeds: headerSeeds(), run: rateLimit },
    { name: "prometheus page", share: 4, seeds: [Buffer.from(VLLM_PAGE)], run: prometheus },
    { name: "json text", share: 8, seeds: jsonSeeds(), run: jsonText },
    { name: "store row", share: 4, seeds: rowSeeds(), run: row },
    ...cloudTargets(),
  ];
}

function frames(input: Buffer, random: Random): string {
  const whole = sseFramer().push(input);
  const framer = sseFramer();
  const pieces = cuts(input, random).flatMap((chunk) => framer.push(chunk));
  assert.equal(pieces.length, whole.length, "frames depend on how the bytes were cut");
  for (const [i, { event, data }] of whole.entries()) assert.ok(pieces[i]!.event === event && pieces[i]!.data === data);
  return whole.length === 0 ? "no frame" : whole.length < 10 ? "under 10 frames" : "10 frames and more";
}

function parts(input: Buffer, random: Random): string {
  const read = openaiChat(PLAIN).reader({ status: 200, headers: {} });
  const event = [null, null, null, "ping", "error"][random.int(5)]!;
  const found = read({ event, data: input.toString("utf8") });
  soundParts(found);
  const error = found.find((part) => part.type === "error");
  assert.ok(event !== "error" || error !== undefined, "an error event that is none");
  return error !== undefined ? `error ${error.failure.kind}` : (found.at(-1)?.type ?? "nothing");
}

function response(input: Buffer, random: Random): string {
  const head = { status: 200, headers: { "content-type": "text/event-stream" } };
  const { outcome, failure: because, response: read } = replay(head, cuts(input, random));
  // What goes into the row survives the row.
  const kept = { usage: read.usage, finish: read.finish, modelEchoed: read.models[0] ?? null };
  assert.deepEqual(
    {
      usage: usage.parse(kept.usage),
      finish: finish.parse(kept.finish),
      modelEchoed: modelEchoed.parse(kept.modelEchoed),
    },
    kept,
  );
  assert.ok(read.totals.length === read.contentUs.length && read.contentUs.length <= read.totalEvents);
  assert.ok(
    read.totals.every((total, i) => total === null || total >= (read.totals[i - 1] ?? 0)),
    "a total that falls",
  );
  assert.ok(!read.contentAfterFinish || (read.finish !== null && read.contentUs.length > 0), "content behind nothing");
  if (because === null)
    assert.ok(outcome === "completed" && (read.done || read.finish !== null), "whole without an end");
  else sound(because);
  return because?.kind ?? outcome;
}

function normalised(input: Buffer, random: Random): string {
  const text = input.toString("utf8");
  const status = random.int(2) === 0 ? [400, 401, 404, 422, 429, 500, 503][random.int(7)]! : 100 + random.int(900);
  const refused = httpFailure(status, text);
  sound(refused);
  assert.equal(refused.status, status);
  sound(streamFailure(parsed(text)));
  return refused.kind;
}

const RATE_HEADERS = [
  "retry-after",
  "x-ratelimit-limit-requests",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-remaining-tokens",
  "x-ratelimit-reset-tokens",
  "x-ratelimit-limit",
  "x-tokenlimit-remaining",
  "ratelimit",
  "ratelimit-policy",
  "date",
];
const RATE_PROFILES = [
  "none",
  "openai-duration",
  "seconds",
  "together",
  "fireworks-tps",
  "ietf-structured",
  "body-retry-after",
] as const;
/** Two headers of 16 policies each. */
const WINDOWS_MAX = 32;

function rateLimit(input: Buffer): string {
  const values = input.toString("latin1").split("\n");
  const headers = Object.fromEntries(
    RATE_HEADERS.flatMap((name, i) => (values[i] === undefined ? [] : [[name, values[i]]])),
  );
  const told = { headers, errorText: values[RATE_HEADERS.length] ?? null };
  const profile = RATE_PROFILES[input.length % RATE_PROFILES.length]!;
  const said = rateLimitOf(told, rateWindows(profile, told), 0);
  if (said === null) return "nothing said";
  const { windows, ...single } = said;
  assert.ok(windows.length <= WINDOWS_MAX);
  const figures = windows.flatMap(({ of: _of, ...figure }) => Object.values(figure));
  for (const value of [...Object.values(single), ...figures]) {
    assert.ok(value === null || (Number.isFinite(value) && value >= 0));
  }
  return said.retryAfterMs === null ? "limits" : "retry-after";
}

const VLLM_PAGE = `# HELP vllm:time_to_first_token_seconds Histogram of time to first token in seconds.
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.001",model_name="m"} 0.0
vllm:time_to_first_token_seconds_count{engine="0",model_name="m"} 12.0
vllm:time_to_first_token_seconds_sum{engine="0",model_name="m"} 1.25e+00
`;

function prometheus(input: Buffer): string {
  const found = histogramsOf(input.toString("latin1"));
  assert.equal(new Set(found.map(({ name }) => name)).size, found.length);
  for (const { sum, count } of found) assert.ok([sum, count].every((value) => Number.isFinite(value) && value >= 0));
  return found.length === 0 ? "no histogram" : "histograms";
}

function jsonText(input: Buffer): string {
  const text = input.toString("utf8");
  const read = readJsonText(text);
  const reference = parsed(text.replace(/^\uFEFF/, ""));
  if (read.ok) assert.deepEqual(read.value, reference);
  else if (reference !== undefined) {
    for (const problem of read.problems) assert.match(problem, /stands twice|nested deeper|larger than/);
  } else assert.match(read.problems.at(-1)!, /^line \d+, column \d+: /);
  return read.ok ? "read" : reference === undefined ? "no JSON" : "JSON, refused";
}

function row(input: Buffer): string {
  const value = parsed(input.toString("utf8"));
  for (const schema of [observationSchema, eventTraceSchema, intentSchema, tokenCountSchema]) {
    const first = schema.safeParse(value);
    if (!first.success) continue;
    assert.deepEqual(schema.parse(JSON.parse(JSON.stringify(first.data))), first.data);
    return "a row";
  }
  return value === undefined ? "no JSON" : "no row";
}

function headerSeeds(): Buffer[] {
  return [
    "7\n100\n99\n200000\n1999",
    "Wed, 21 Oct 2026 07:28:00 GMT\n14400\n14399",
    "2m59.56s\n0\n0\n0\n0",
    " 1.5 \n1e3\n0x10\n-1\nNaN",
    "100, 100;w=60\nInfinity\n\n1_000",
    "1e307",
    '\n\n\n\n\nMon, 23 Nov 2026 15:00:00 GMT\n{"error":{"message":"Please try again in 2m1.5s","retry_after":"12"}}',
  ].map((text) => Buffer.from(text));
}

function jsonSeeds(): Buffer[] {
  return ["scenarios", "providers"].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".json"))
      .map((name) => readFileSync(join(ROOT, folder, name))),
  );
}

function rowSeeds(): Buffer[] {
  const folder = join(ROOT, "test/golden/run-v1");
  return readdirSync(folder)
    .filter((name) => /\.ndjson(\.gz)?$/.test(name))
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
      return text
        .split("\n")
        .slice(0, 20)
        .filter((line) => line !== "")
        .map((line) => Buffer.from(line));
    });
}

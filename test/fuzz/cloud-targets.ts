import assert from "node:assert/strict";
import { readIni } from "../../src/auth/ini.ts";
import { tokenIn } from "../../src/auth/token-endpoint.ts";
import type { Wire } from "../../src/core/provider.ts";
import type { Random } from "../../src/core/random.ts";
import { awsEventStreamFramer } from "../../src/protocol/aws-event-stream.ts";
import { bedrockConverse } from "../../src/protocol/bedrock-converse.ts";
import { bedrockInvoke } from "../../src/protocol/bedrock-invoke.ts";
import type { Framer } from "../../src/protocol/framer.ts";
import { ndjsonFramer } from "../../src/protocol/ndjson.ts";
import { nvidiaChat } from "../../src/protocol/nvidia.ts";
import { ociChat } from "../../src/protocol/oci-chat.ts";
import { ollamaChat } from "../../src/protocol/ollama-chat.ts";
import { PLAIN } from "../../src/protocol/openai-chat.ts";
import { REPLICATE } from "../../src/protocol/replicate.ts";
import { watsonxChat } from "../../src/protocol/watsonx-chat.ts";
import { framesOf, readCloudFixture } from "../support/cloud-fixtures.ts";
import { crcOf, word } from "../support/event-stream.ts";
import { cuts, sound, soundParts } from "./checks.ts";
import type { Target } from "./target.ts";

const WIRES: readonly Wire[] = [
  bedrockConverse({}),
  bedrockInvoke({ body: {}, headers: {} }),
  watsonxChat(PLAIN, {}, "2025-04-23"),
  ociChat("ocid1.compartment"),
  ollamaChat(60),
  REPLICATE,
  nvidiaChat(PLAIN, "https://status.example"),
];
const FIXTURES = ["bedrock", "bedrock-invoke", "watsonx", "oci", "ollama", "replicate"].map(readCloudFixture);
const EVENTS = [...new Set(FIXTURES.flatMap(({ frames }) => frames.flatMap(({ event }) => event ?? [])))];

/** The parsers of the clouds' bytes, and of what their sign-ins read. */
export function cloudTargets(): readonly Target[] {
  const bytesOf = (framing: string): Buffer[] =>
    FIXTURES.filter((fixture) => fixture.framing === framing).map((fixture) => Buffer.concat(framesOf(fixture)));
  const said = FIXTURES.flatMap(({ frames, streamErrors }) => [...frames, ...streamErrors.map(({ frame }) => frame)]);
  const data = said.map(({ data: each }) => Buffer.from(typeof each === "string" ? each : JSON.stringify(each)));
  const refusals = FIXTURES.flatMap((fixture) => fixture.refusals.map(({ body }) => Buffer.from(JSON.stringify(body))));
  return [
    { name: "event-stream framer", share: 10, seeds: bytesOf("aws-event-stream"), run: eventStream },
    { name: "ndjson framer", share: 4, seeds: bytesOf("ndjson"), run: framed(ndjsonFramer) },
    { name: "cloud readers", share: 12, seeds: data, run: parts },
    { name: "cloud responses", share: 4, seeds: [...refusals, Buffer.from(PREDICTION)], run: response },
    { name: "token answer", share: 2, seeds: TOKENS.map((text) => Buffer.from(text)), run: token },
    { name: "ini file", share: 2, seeds: [Buffer.from(INI)], run: ini },
  ];
}

/** Half of the inputs get checksums that are right: else hardly a byte behind them would ever be read. */
function eventStream(input: Buffer, random: Random): string {
  return framed(awsEventStreamFramer)(random.int(2) === 0 ? input : mended(input), random);
}

function mended(input: Buffer): Buffer {
  const bytes = Buffer.from(input);
  for (let at = 0; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (length < 16 || at + length > bytes.length) break;
    word(crcOf(bytes.subarray(at, at + 8))).copy(bytes, at + 8);
    word(crcOf(bytes.subarray(at, at + length - 4))).copy(bytes, at + length - 4);
    at += length;
  }
  return bytes;
}

const framed =
  (open: () => Framer) =>
  (input: Buffer, random: Random): string => {
    const [whole, cut] = [open(), open()];
    const frames = [...whole.push(input)];
    const pieces = cuts(input, random).flatMap((chunk) => [...cut.push(chunk)]);
    assert.deepEqual(pieces, frames, "frames depend on how the bytes were cut");
    assert.deepEqual(cut.failure, whole.failure);
    if (whole.failure === null) return frames.length === 0 ? "no frame" : "frames";
    sound(whole.failure);
    assert.deepEqual(whole.push(input), [], "frames behind a failure");
    return `${frames.length === 0 ? "" : "frames, then "}${whole.failure.kind}`;
  };

function parts(input: Buffer, random: Random): string {
  const wire = WIRES[random.int(WIRES.length)]!;
  const read = wire.reader({ status: 200, headers: {} });
  const event = [null, "error", ...EVENTS][random.int(EVENTS.length + 2)]!;
  const kind = random.int(8) === 0 ? { isException: true as const } : {};
  // Twice: what a reader keeps in mind must not break it either.
  const found = [0, 1].flatMap(() => [...read({ event, data: input.toString("utf8"), ...kind })]);
  soundParts(found);
  return found.at(-1)?.type ?? "nothing";
}

const PREDICTION = JSON.stringify({
  urls: { get: "https://api.example/p/1", stream: "https://stream.example/s/1" },
  created_at: "2026-11-23T18:00:00.000Z",
  started_at: "2026-11-23T18:00:00.250Z",
  metrics: { predict_time: 1.5, input_token_count: 7, output_token_count: 12 },
});

function response(input: Buffer, random: Random): string {
  const wire = WIRES[random.int(WIRES.length)]!;
  const status = [200, 201, 202, 400, 401, 403, 404, 408, 424, 429, 500, 503][random.int(12)]!;
  const said = { status, headers: { "nvcf-reqid": "4-05" }, body: input.toString("utf8") };
  const refused = wire.failure(said);
  sound(refused);
  const next = wire.follow?.(said) ?? null;
  const settlement = wire.settle?.([said]) ?? null;
  soundParts(settlement?.read({ ...said, status: 200 }) ?? []);
  return next !== null ? "led on" : settlement !== null ? "a record to ask for" : refused.kind;
}

const TOKENS = [
  '{"access_token":"a.b-c","token_type":"Bearer","expires_in":3600}',
  '{"access_token":"abc","expires_in":"3599"}',
  '{"error":"invalid_client","error_description":"no such client"}',
  '{"errorCode":"BXNIM0415E","errorMessage":"no such key"}',
];

function token(input: Buffer, random: Random): string {
  const status = [200, 200, 400, 401][random.int(4)]!;
  const found = tokenIn({ status, headers: {}, body: input.toString("utf8") }, "token.example", 1000);
  if (!found.ok) sound(found.failure);
  else assert.ok(found.token.expiresMs > 1000 && /^[!-~]+$/.test(found.token.value));
  return found.ok ? "a token" : "refused";
}

const INI =
  "[default]\nuser = ocid1.user\n# a comment\n[ profile other ]\nkey_file=~/.oci/key.pem\n  nested = 1\n; end\n";

function ini(input: Buffer): string {
  const sections = readIni(input.toString("utf8"));
  for (const section of sections.values()) {
    for (const [key, value] of section) assert.deepEqual([key.trim().toLowerCase(), value.trim()], [key, value]);
  }
  return sections.size === 0 ? "no section" : "sections";
}

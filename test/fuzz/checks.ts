import assert from "node:assert/strict";
import { FAILURE_KINDS, FAILURE_DETAIL_MAX, type Failure } from "../../src/core/failure.ts";
import type { StreamPart } from "../../src/core/provider.ts";
import type { Random } from "../../src/core/random.ts";
import { observationSchema } from "../../src/store/schema.ts";
import { cutAt } from "../support/replay.ts";

const { usage, finish, failure, server } = observationSchema.shape;

/** The bytes in a few pieces. */
export function cuts(bytes: Buffer, random: Random): Buffer[] {
  const offsets = Array.from({ length: random.int(8) }, () => random.int(bytes.length + 1));
  return cutAt(
    bytes,
    [...new Set(offsets)].toSorted((a, b) => a - b),
  );
}

/** A failure that a row can hold. */
export function sound(because: Failure): void {
  assert.deepEqual(failure.parse(because), because);
  assert.ok(FAILURE_KINDS.includes(because.kind));
  assert.ok((because.detail ?? "").length <= FAILURE_DETAIL_MAX && (because.code ?? "").length <= 100);
}

/** Parts that a row can hold. */
export function soundParts(found: readonly StreamPart[]): void {
  for (const part of found) {
    if (part.type === "content") assert.notEqual(part.text, "");
    if (part.type === "usage") usage.parse(part.usage);
    if (part.type === "finish") finish.parse(part.reason);
    if (part.type === "model") assert.ok(part.id.length <= 200);
    if (part.type === "timings") server.parse(part.server);
    if (part.type === "clock") assert.ok(Number.isFinite(part.atUs));
    if (part.type === "error") sound(part.failure);
  }
}

/** The value of a JSON text; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import { failure } from "../core/failure.ts";
import { isObject } from "../core/json.ts";
import type { StreamPart } from "../core/provider.ts";

/** A JSON object of which nothing is believed. */
export type Loose = { readonly [key: string]: unknown };

const NOTHING: Loose = {};

/** The member as an object; an empty one for anything else. */
export function within(value: Loose, key: string): Loose {
  const member = value[key];
  return isObject(member) ? member : NOTHING;
}

/** A text that is not empty, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A count that a row can hold, or null. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A duration in milliseconds from one in units of `unitMs`, or null. */
export function durationMs(value: unknown, unitMs = 1): number | null {
  const ms = typeof value === "number" ? value * unitMs : Number.NaN;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

/** The value of a JSON text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The part for an event that cannot be what it should be. Skipping it could make a broken answer look whole. */
export function unreadable(data: string): StreamPart {
  return {
    type: "error",
    failure: failure("protocol", { where: "stream", detail: `event is no JSON object: ${data}` }),
  };
}

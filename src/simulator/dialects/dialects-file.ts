import { isRecord } from "../record.ts";
import { listOf, object, oneOf, orNull, text, type Check } from "../shape.ts";
import { CLOCKS, ERROR_SHAPES, LIMITS, OPENINGS, USAGES, type Dialects } from "./dialect.ts";

const boolean: Check = (value, path, problems) => {
  if (typeof value !== "boolean") problems.push(`${path}: must be true or false`);
};

const dialect = object({
  paths: object({ chat: pathText, models: pathText, metrics: orNull(pathText) }),
  key: orNull(object({ header: text, value: text })),
  models: listOf(text, 1),
  usage: oneOf(USAGES),
  opening: oneOf(OPENINGS),
  terminator: boolean,
  finish: object({ stop: text, length: text }),
  clock: orNull(oneOf(CLOCKS)),
  limits: oneOf(LIMITS),
  errors: oneOf(ERROR_SHAPES),
  echoes: boolean,
  requires: listOf(text, 0),
  refuses: listOf(text, 0),
});

/** A name stands in a URL path, before the fault that is asked for. */
const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;

/**
 * Reads dialects by name from parsed JSON. Every dialect is stated in full; unknown keys are refused.
 *
 * @returns all problems at once, one sentence each, or the dialects
 */
export function parseDialects(
  value: unknown,
): { readonly ok: true; readonly dialects: Dialects } | { readonly ok: false; readonly problems: readonly string[] } {
  const problems: string[] = [];
  if (!isRecord(value)) return { ok: false, problems: ["dialects: must be an object of dialects by name"] };
  for (const [name, given] of Object.entries(value)) {
    if (!NAME.test(name)) problems.push(`${name}: is not a name (lower-case letters, digits, "-", ".")`);
    dialect(given, name, problems);
  }
  return problems.length === 0 ? { ok: true, dialects: value as Dialects } : { ok: false, problems };
}

function pathText(value: unknown, path: string, problems: string[]): void {
  if (typeof value !== "string" || !/^\/[^\s?#]*$/.test(value)) problems.push(`${path}: must be a path without query`);
}

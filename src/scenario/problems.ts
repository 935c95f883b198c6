import { z } from "zod";
import { isObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import { isSecretValue } from "./secret.ts";

/** A checked value, or every problem with it, one line each: `load.ratePerSecond: must be above 0, is -1`. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks a value against a schema; never throws. */
export function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  // Without reportInput an issue does not know what it found, and the message could not say it.
  const result = schema.safeParse(value, { reportInput: true });
  return result.success ? { ok: true, value: result.data } : { ok: false, problems: problemsOf(result.error) };
}

/** An object whose unknown keys are problems, each naming the known key that was probably meant. */
export function strictObject<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape).filter((key) => key !== "$schema");
  return z.strictObject(shape, {
    // One line a key: problemsOf gives each line a path of its own.
    error: (issue) =>
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => unknownKey(key, known)).join("\n") : undefined,
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near === null ? `unknown key; known are ${known.join(", ")}` : `unknown key; did you mean "${near}"?`;
}

/** One sentence per problem, all of them, with the JSON path in front. */
export function problemsOf(error: z.core.$ZodError): string[] {
  return error.issues.flatMap((issue) => linesOf(issue, []));
}

function linesOf(issue: z.core.$ZodIssue, parent: readonly PropertyKey[]): string[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const lines = issue.message.split("\n");
    return issue.keys.map((key, i) => problem([...path, key], lines[i] ?? "unknown key"));
  }
  if (issue.code === "invalid_key") return issue.issues.map((inner) => problem(path, inner.message));
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The option with the fewest complaints is the one that was meant.
    const meant = issue.errors.reduce((best, errors) => (weight(errors) < weight(best) ? errors : best));
    return meant.flatMap((inner) => linesOf(inner, path));
  }
  return [problem(path, sentence(issue))];
}

function weight(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

/** One problem as it is printed. */
export function problem(path: readonly PropertyKey[], what: string): string {
  return `${pathText(path)}: ${what}`;
}

/** `targets[0].headers.accept` */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the whole file" : text.replace(/^\./, "");
}

function sentence(issue: z.core.$ZodIssue): string {
  const rule = ruleOf(issue);
  if (rule === null) return issue.message;
  if (!("input" in issue)) return rule;
  const found = issue.code === "invalid_union" ? discriminatorOf(issue) : issue.input;
  return found === undefined ? `is missing; ${rule}` : `${rule}, is ${shown(found)}`;
}

/** A discriminated union reports the whole object; the member that decides is the last part of its path. */
function discriminatorOf(issue: z.core.$ZodIssueInvalidUnion): unknown {
  const key = issue.path.at(-1);
  return isObject(issue.input) && typeof key === "string" ? issue.input[key] : issue.input;
}

/** What the value must be; null where the message of the schema says all there is to say. */
function ruleOf(issue: z.core.$ZodIssue): string | null {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be ${issue.inclusive === true ? "at least" : "above"} ${issue.minimum}`
        : `must have at least ${count(issue.minimum, issue.origin)}`;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be ${issue.inclusive === true ? "at most" : "below"} ${issue.maximum}`
        : `must have at most ${count(issue.maximum, issue.origin)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values)}`;
    case "invalid_union":
      return "options" in issue ? `must be ${oneOf(issue.options ?? [])}` : null;
    case "invalid_format":
      return issue.message;
    default:
      return null;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a finite number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

function count(n: number | bigint, origin: string): string {
  const noun = origin === "string" ? "character" : "item";
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

const SHOWN_CHARS_MAX = 60;

/** The value as found, short, and never a credential. */
function shown(value: unknown): string {
  if (typeof value === "string" && isSecretValue(value)) return "a hidden text";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isObject(value)) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX - 1)}…`;
}

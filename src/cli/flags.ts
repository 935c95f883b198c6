import { InvalidArgumentError } from "commander";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { ThinkTime } from "../core/load.ts";
import { PLANNED_MEND, plannedIn } from "../scenario/planned-members.ts";
import { isSecretName, isSecretValue, isVariableName } from "../scenario/secret.ts";
import { UsageError } from "./usage-error.ts";

/*
 * commander repeats the argument that an InvalidArgumentError is about. Where a key may stand in it, also where one was pasted
 * by mistake, a UsageError is thrown in its place.
 */

/** A number above zero. */
export function positive(text: string): number {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError("must be above 0.");
  return value;
}

/** A number that is zero or more. */
export function nonNegative(text: string): number {
  const value = number(text);
  if (value < 0) throw new InvalidArgumentError("must be 0 or more.");
  return value;
}

/** A whole number above zero. */
export function count(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError("must be a whole number above 0.");
  return value;
}

/** A whole number that is zero or more. */
export function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("must be a whole number, 0 or more.");
  return value;
}

/** A TCP port, 0 for any free one. */
export function port(text: string): number {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError("must be a port, 0 to 65535.");
  return value;
}

/** A share in [0, 1]. */
export function share(text: string): number {
  const value = number(text.endsWith("%") ? text.slice(0, -1) : text) / (text.endsWith("%") ? 100 : 1);
  if (value < 0 || value > 1) throw new InvalidArgumentError("must be between 0 and 1, or a percentage.");
  return value;
}

/** Loads to go through: single ones, or all from one to another. */
export type Loads = { readonly list: readonly number[] } | { readonly from: number; readonly to: number };

/** `1,2,4` or `1..16`, above zero and ascending. */
export function loads(text: string): Loads {
  const isRange = text.includes("..");
  const values = text.split(isRange ? ".." : ",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const isAscending = values.every((value, i) => value > (values[i - 1] ?? 0) && Number.isFinite(value));
  if (!isAscending || (isRange && values.length !== 2)) {
    throw new InvalidArgumentError("must be loads above 0, each above the one before: 1,2,4 or 1..16.");
  }
  return isRange ? { from: values[0]!, to: values[1]! } : { list: values };
}

/** An absolute http(s) URL without trailing slash, query or user name. */
export function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError("--base-url: must be an absolute URL such as http://127.0.0.1:8080/v1");
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(
      "--base-url: must not hold a user name or password: name the variable of the key with --api-key-env",
    );
  }
  if (url.search !== "" || url.hash !== "") throw new UsageError("--base-url: must end with its path, without ? or #");
  return text.replace(/\/+$/, "");
}

/** The name of the environment variable that holds a key. */
export function apiKeyEnv(text: string): string {
  if (isVariableName(text)) return text;
  throw new UsageError(
    "--api-key-env: must be the name of an environment variable in capitals, such as TOGETHER_API_KEY, never the key itself",
  );
}

/** `input,output` in USD per million tokens. */
export function price(text: string): { readonly input: number; readonly output: number } {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [input, output] = parts;
  const isWhole = parts.length === 2 && parts.every((part) => Number.isFinite(part) && part >= 0);
  if (!isWhole || input === undefined || output === undefined) {
    throw new InvalidArgumentError('must be two prices in USD per million tokens: "3.50,3.50" for input and output.');
  }
  return { input, output };
}

/** Names, `a,b`. */
export function names(text: string): readonly string[] {
  const all = text.split(",").map((name) => name.trim());
  if (all.includes("")) throw new InvalidArgumentError("must be names with a comma between them: a,b.");
  return all;
}

/** Factors above zero, `1,4,16`. */
export function factors(text: string): readonly number[] {
  return text.split(",").map(positive);
}

/** Mean seconds, alone or after the name of their distribution: `2`, `constant:2`. */
export function thinkTime(text: string): ThinkTime {
  const [, name, mean = ""] = /^(?:(constant|exponential):)?(.*)$/s.exec(text) ?? [];
  return { distribution: name === "constant" ? name : "exponential", meanMs: positive(mean) * 1000 };
}

/** A money cap in USD, or `none`. */
export function maxCost(text: string): number | "none" {
  return text === "none" ? "none" : nonNegative(text);
}

/** A JSON object without credentials in it, and without what the plan sets. */
export function jsonObject(text: string): JsonObject {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // The message below says what is wanted.
  }
  if (!isObject(value)) throw new UsageError(`--extra-body: must be a JSON object such as '{"temperature": 0}'`);
  refuseSecrets("--extra-body", value);
  const planned = plannedIn(value).map((path) => `--extra-body: ${path.join(".")}: ${PLANNED_MEND}`);
  if (planned.length > 0) throw new UsageError(...planned);
  return value as JsonObject;
}

/** These belong to the transport, which sets them itself. */
const FRAMING_HEADER =
  /^(?:accept-encoding|connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/;

/** Collects `name: value` headers; those that carry a key are refused, since arguments are visible to every user of a host. */
export function header(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const colon = text.indexOf(":");
  const name = text.slice(0, colon).trim().toLowerCase();
  const value = text.slice(colon + 1).trim();
  if (colon === -1 || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) {
    throw new UsageError('--header: must be "name: value" in printable ASCII');
  }
  if (FRAMING_HEADER.test(name)) throw new UsageError(`--header: must not set ${name}: the transport does`);
  refuseSecrets("--header", { [name]: value });
  return { ...before, [name]: value };
}

/** Collects `key=value` pairs. */
export function metadata(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = text.indexOf("=");
  if (equals <= 0) throw new UsageError('--metadata: must be "key=value"');
  const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
  refuseSecrets("--metadata", { [key]: value });
  return { ...before, [key]: value };
}

/** Collects texts of a flag that may be given again. */
export function again(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The path of the chat call. */
export function endpoint(text: string): string {
  if (!/^\/[^\s?#]*$/.test(text)) throw new InvalidArgumentError('must be a path that begins with "/", without query.');
  return text;
}

/** Collects `id=tokens per second`. */
export function capacity(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const equals = text.lastIndexOf("=");
  if (equals <= 0)
    throw new InvalidArgumentError('must be a target and its output tokens per second: "dedicated=2919".');
  return { ...before, [text.slice(0, equals)]: positive(text.slice(equals + 1)) };
}

/** Seconds, at most a day. */
export function seconds(text: string): number {
  const value = positive(text);
  if (value > 86_400) throw new InvalidArgumentError("must be at most a day (86400).");
  return value;
}

/** @throws UsageError when an argument is, or is meant to name, a key: refused before anything can repeat it */
export function refuseKeys(argv: readonly string[]): void {
  const [flag] = argv.flatMap((text) => /^--([a-z-]+)(?==|$)/i.exec(text)?.slice(1) ?? []).filter(asksForKey);
  if (flag !== undefined) throw new UsageError(`--${flag}: ${SECRET_ON_COMMAND_LINE}`);
  const at = argv.findIndex(isSecretValue);
  if (at !== -1) throw new UsageError(`argument ${at + 1}: ${SECRET_ON_COMMAND_LINE}`);
}

/** No option takes a key, but other programs have ones that do. */
function asksForKey(flag: string): boolean {
  return flag === "key" || isSecretName(flag);
}

/** Values were looked at before the flags were parsed; a value inside JSON may have been escaped, and a name was not seen. */
function refuseSecrets(flag: string, value: unknown): void {
  const refused = new UsageError(`${flag}: ${SECRET_ON_COMMAND_LINE}`);
  if (typeof value === "string" && isSecretValue(value)) throw refused;
  if (Array.isArray(value)) for (const inner of value) refuseSecrets(flag, inner);
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (isSecretName(name)) throw refused;
    refuseSecrets(flag, inner);
  }
}

const SECRET_ON_COMMAND_LINE = "would put a key on the command line: set a variable and name it with --api-key-env";

function number(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("must be a number.");
  return value;
}

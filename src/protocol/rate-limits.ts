import { isObject } from "../core/json.ts";
import type { RateLimitProfile, RateWindow, ResponseHead } from "../core/provider.ts";
import { decimal, spanMs } from "./spans.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Items of one structured header that are read; more are no limits. */
const ITEMS_MAX = 16;

/** What of a response can speak of limits. */
export type Told = Pick<ResponseHead, "headers"> & {
  /** Body of a refusal; null when there is none. */
  readonly errorText: string | null;
};

type Reader = (told: Told) => readonly (RateWindow | null)[];

/**
 * The limits that a response tells, each with its window. How long to wait is read elsewhere: every seller says that alike.
 *
 * | profile | tells | windows |
 * |---|---|---|
 * | `openai-duration` | `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, reset as `2m59.56s` | requests a day, tokens a minute (Groq) |
 * | `seconds` | the same with a suffix for the window, reset in seconds | none or `-minute`: a minute; `-day`: a day (SambaNova, Cerebras) |
 * | `together` | `x-ratelimit-{limit,remaining,reset}`, `x-tokenlimit-{limit,remaining}` | not said |
 * | `fireworks-tps` | `x-ratelimit-limit-tokens-{prompt,generated}` | a second |
 * | `ietf-structured` | `ratelimit-policy: "name";q=100;w=60`, `ratelimit: "name";r=50;t=30` | w, seconds |
 * | `body-retry-after` | `limit_type`, `limit` and `current` in the body of a refusal (Databricks) | by the type |
 */
export function rateWindows(profile: RateLimitProfile, told: Told): readonly RateWindow[] {
  return READERS[profile](told).filter((window) => window !== null);
}

const READERS: Readonly<Record<RateLimitProfile, Reader>> = {
  none: () => [],
  "openai-duration": ({ headers }) => [
    suffixed(headers, "requests", "requests", DAY_MS),
    suffixed(headers, "tokens", "tokens", MINUTE_MS),
  ],
  seconds: ({ headers }) =>
    (["requests", "tokens"] as const).flatMap((of) => [
      suffixed(headers, of, of, MINUTE_MS),
      suffixed(headers, `${of}-minute`, of, MINUTE_MS),
      suffixed(headers, `${of}-day`, of, DAY_MS),
    ]),
  together: ({ headers }) => [
    windowOf("requests", null, {
      limit: decimal(headers["x-ratelimit-limit"]),
      remaining: decimal(headers["x-ratelimit-remaining"]),
      resetMs: span(headers["x-ratelimit-reset"]),
    }),
    windowOf("tokens", null, {
      limit: decimal(headers["x-tokenlimit-limit"]),
      remaining: decimal(headers["x-tokenlimit-remaining"]),
      resetMs: null,
    }),
  ],
  "fireworks-tps": ({ headers }) => [
    suffixed(headers, "tokens-prompt", "input-tokens", SECOND_MS),
    suffixed(headers, "tokens-generated", "output-tokens", SECOND_MS),
  ],
  "ietf-structured": structured,
  "body-retry-after": ({ errorText }) => [inBody(errorText)],
};

function suffixed(
  headers: Told["headers"],
  suffix: string,
  of: RateWindow["of"],
  windowMs: number | null,
): RateWindow | null {
  return windowOf(of, windowMs, {
    limit: decimal(headers[`x-ratelimit-limit-${suffix}`]),
    remaining: decimal(headers[`x-ratelimit-remaining-${suffix}`]),
    resetMs: span(headers[`x-ratelimit-reset-${suffix}`]),
  });
}

/** Null when nothing at all was said. */
function windowOf(
  of: RateWindow["of"],
  windowMs: number | null,
  said: Pick<RateWindow, "limit" | "remaining" | "resetMs">,
): RateWindow | null {
  return Object.values(said).every((value) => value === null) ? null : { of, windowMs, ...said };
}

function span(text: string | undefined): number | null {
  return text === undefined ? null : spanMs(text);
}

/** IETF draft-ietf-httpapi-ratelimit-headers: both headers name the same policies. Their unit is requests unless said. */
function structured({ headers }: Told): readonly (RateWindow | null)[] {
  const policies = itemsOf(headers["ratelimit-policy"]);
  const states = itemsOf(headers["ratelimit"]);
  const names = [...new Set([...policies.keys(), ...states.keys()])];
  return names.map((name) => {
    const [policy, state] = [policies.get(name), states.get(name)];
    const seconds = decimal(policy?.get("w"));
    return windowOf("requests", seconds === null ? null : seconds * SECOND_MS, {
      limit: decimal(policy?.get("q")),
      remaining: decimal(state?.get("r")),
      resetMs: span(state?.get("t")),
    });
  });
}

/** `"default";q=100;w=60, "burst";q=10;w=1` by name. */
function itemsOf(text: string | undefined): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const items = (text ?? "").split(",", ITEMS_MAX).map((item) => item.trim().split(";", ITEMS_MAX));
  return new Map(
    items.flatMap(([name = "", ...parameters]) => {
      if (name === "") return [];
      const pairs = parameters.map((pair) => pair.trim().split("=", 2));
      return [[name, new Map(pairs.map(([key = "", value = ""]) => [key, value]))] as const];
    }),
  );
}

/** Databricks tells the one limit that was hit: input or output tokens per minute, or queries per hour. */
function inBody(text: string | null): RateWindow | null {
  const error = errorObject(text);
  const type = typeof error["limit_type"] === "string" ? error["limit_type"].toLowerCase() : "";
  const [limit, current] = [amount(error["limit"]), amount(error["current"])];
  const remaining = limit === null || current === null ? null : Math.max(0, limit - current);
  const of = /otpm|output/.test(type) ? "output-tokens" : /itpm|input/.test(type) ? "input-tokens" : "requests";
  const windowMs = /qph|hour/.test(type) ? HOUR_MS : /tpm|minute/.test(type) ? MINUTE_MS : null;
  return type === "" ? null : windowOf(of, windowMs, { limit, remaining, resetMs: null });
}

function errorObject(text: string | null): { readonly [key: string]: unknown } {
  try {
    const body: unknown = JSON.parse(text ?? "");
    if (!isObject(body)) return {};
    return isObject(body["error"]) ? body["error"] : body;
  } catch {
    return {};
  }
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

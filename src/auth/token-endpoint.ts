import { isObject } from "../core/json.ts";
import type { HttpRequest, WholeResponse } from "../core/provider.ts";
import type { SignInTools } from "../core/sign-in.ts";
import { signInFailure, type Fetched } from "./token.ts";

/** Life of a token whose endpoint does not say, milliseconds: short, since nobody knows. */
const LIFE_MS_UNSAID = 600_000;
const CODE_CHARS_MAX = 100;

/**
 * Asks a token endpoint, as OAuth 2.0 has it (RFC 6749, section 5): a form goes there, JSON with `access_token` and
 * `expires_in` seconds comes back.
 */
export async function fetchToken(
  tools: SignInTools,
  url: string,
  form: Readonly<Record<string, string>>,
  headers: HttpRequest["headers"] = {},
): Promise<Fetched> {
  const startMs = tools.nowMs();
  const exchanged = await tools.exchange({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json", ...headers },
    body: new URLSearchParams(form).toString(),
  });
  const host = new URL(url).host;
  if (!exchanged.ok) {
    const { kind, code, detail } = exchanged.failure;
    return { ok: false, failure: signInFailure({ code: code ?? kind, detail: `${host}: ${detail ?? kind}` }) };
  }
  return tokenIn(exchanged.response, host, startMs);
}

/** The token in a response, or why there is none. Its life is counted from when it was asked for. */
export function tokenIn(response: WholeResponse, host: string, startMs: number): Fetched {
  const said = jsonObject(response.body);
  const value = said["access_token"];
  if (response.status !== 200 || typeof value !== "string" || !/^[\u0021-\u007e]+$/.test(value)) {
    return { ok: false, failure: refusal(host, response, said), head: response };
  }
  const stated = said["expires_in"];
  // Some write the number as a text.
  const seconds = typeof stated === "number" || typeof stated === "string" ? Number(stated) : NaN;
  const lifeMs = seconds > 0 ? seconds * 1000 : LIFE_MS_UNSAID;
  return { ok: true, token: { value, fetchedMs: startMs, expiresMs: startMs + lifeMs } };
}

/** What the endpoint says: `error` and `error_description` of the standard, `errorCode` and `errorMessage` of IBM. */
function refusal(host: string, { status }: WholeResponse, said: Loose): ReturnType<typeof signInFailure> {
  const code = textOf(said["error"]) ?? textOf(said["errorCode"]);
  const message = textOf(said["error_description"]) ?? textOf(said["errorMessage"]) ?? "no token in the response";
  return signInFailure({
    status,
    code: code?.slice(0, CODE_CHARS_MAX) ?? null,
    detail: `${host} answered ${status}: ${message}`,
  });
}

type Loose = { readonly [key: string]: unknown };

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function jsonObject(text: string): Loose {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

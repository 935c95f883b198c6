import { generateKeyPairSync } from "node:crypto";
import type { HttpRequest, WholeResponse } from "../../src/core/provider.ts";
import type { SignIn, SignInResult, SignInTools, Variables } from "../../src/core/sign-in.ts";

/** A world for sign-ins: a wall clock that moves when told, files, and a server that is a function. */
export interface World extends SignInTools {
  atMs: number;
  readonly asked: HttpRequest[];
  readonly files: Map<string, string>;
}

export const START_MS = Date.UTC(2026, 10, 23, 18, 0, 0);

export function world(
  answer: (request: HttpRequest, asked: number) => Partial<WholeResponse> | null = () => null,
): World {
  const asked: HttpRequest[] = [];
  const files = new Map<string, string>();
  const self: World = {
    atMs: START_MS,
    asked,
    files,
    nowMs: () => self.atMs,
    readFile: async (path) => files.get(path) ?? null,
    exchange: async (request) => {
      asked.push(request);
      const said = answer(request, asked.length);
      // One turn of the event loop, as any server takes.
      await Promise.resolve();
      if (said === null) {
        const failure = {
          kind: "network",
          where: "connect",
          status: null,
          code: "ECONNREFUSED",
          detail: "refused",
        } as const;
        return { ok: false, failure };
      }
      return { ok: true, response: { status: 200, headers: {}, body: "", ...said } };
    },
  };
  return self;
}

export function variablesOf(values: Readonly<Record<string, string>>): Variables {
  return (name) => (values[name] ?? "").trim() || null;
}

/** The sign-in, or the problems as an error. */
export function signedIn(result: SignInResult): SignIn {
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.signIn;
}

/** The problems; none when it can sign in. */
export function problemsOf(result: SignInResult): readonly string[] {
  return result.ok ? [] : result.problems;
}

export const REQUEST: HttpRequest = {
  method: "POST",
  url: "https://cloud.example/v1/chat",
  headers: { "content-type": "application/json" },
  body: "{}",
};

/** The headers of an authorised request, or the failure's words. */
export async function authorized(
  signIn: SignIn,
  request: HttpRequest = REQUEST,
): Promise<Record<string, string> | string> {
  const result = await signIn.authorize(request);
  if (!result.ok)
    return [result.failure.kind, result.failure.where, result.failure.code, result.failure.detail].join(" | ");
  return Object.fromEntries(Object.entries(result.request.headers).filter(([name]) => !(name in request.headers)));
}

/** A key pair of the tests' own: no key lies in any file. */
export function rsaPair(passphrase?: string) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const plain = privateKey.export({ type: "pkcs8", format: "pem" });
  const locked =
    passphrase === undefined
      ? plain
      : privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
  return { publicKey, privateKey, pem: String(locked) };
}

/** A token as an OAuth endpoint grants it. */
export function granted(value: string, seconds: number): Partial<WholeResponse> {
  return { body: JSON.stringify({ access_token: value, token_type: "Bearer", expires_in: seconds }) };
}

/** No sign-in at all, as the runner sees it. */
export const UNSIGNED = {
  authorize: async (request: HttpRequest) => ({ ok: true, request, freshForMs: Infinity }) as const,
  refused: () => false,
};

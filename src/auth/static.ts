import type { HttpRequest } from "../core/provider.ts";
import type { SignIn } from "../core/sign-in.ts";

/** A request with more headers. */
export function withHeaders(request: HttpRequest, headers: HttpRequest["headers"]): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

/** The same headers for every request: a key that never changes. */
export function fixedHeaders(headers: HttpRequest["headers"], secrets: readonly string[]): SignIn {
  return {
    authorize: async (request) => ({ ok: true, request: withHeaders(request, headers), freshForMs: Infinity }),
    refused: () => false,
    secrets: () => secrets,
  };
}

/** `authorization: Bearer KEY`, beside other headers that hold no other secret. */
export function fixedBearer(key: string, beside: HttpRequest["headers"] = {}): SignIn {
  return fixedHeaders({ ...beside, authorization: `Bearer ${key}` }, [key]);
}

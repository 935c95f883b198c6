import { createHash, sign, type KeyObject } from "node:crypto";
import type { HttpRequest } from "../core/provider.ts";
import { withHeaders } from "./static.ts";

/** The key that a request is signed with, and the name by which Oracle knows it: tenancy/user/fingerprint. */
export interface OciKey {
  readonly keyId: string;
  readonly key: KeyObject;
}

/**
 * Signs a request as Oracle wants it
 * (https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm): RSA-SHA256 over the named headers, the
 * digest of the body among them.
 */
export function signOci(request: HttpRequest, { keyId, key }: OciKey, atMs: number): HttpRequest {
  const { host, pathname, search } = new URL(request.url);
  const body = request.body === null ? [] : bodyHeaders(request.body, request.headers["content-type"]);
  const date = new Date(atMs).toUTCString();
  const signed = [
    ["date", date],
    ["(request-target)", `${request.method.toLowerCase()} ${pathname}${search}`],
    ["host", host],
    ...body,
  ] as const;
  const text = signed.map(([name, value]) => `${name}: ${value}`).join("\n");
  const names = signed.map(([name]) => name).join(" ");
  const signature = sign("sha256", Buffer.from(text), key).toString("base64");
  return withHeaders(request, {
    date,
    // The length goes with the body by itself.
    ...Object.fromEntries(body.filter(([name]) => name !== "content-length")),
    authorization: `Signature version="1",keyId="${keyId}",algorithm="rsa-sha256",headers="${names}",signature="${signature}"`,
  });
}

function bodyHeaders(body: string, contentType = "application/json"): (readonly [string, string])[] {
  return [
    ["content-length", String(Buffer.byteLength(body))],
    ["content-type", contentType],
    ["x-content-sha256", createHash("sha256").update(body).digest("base64")],
  ];
}

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Received, Verdict } from "./check.ts";

/** A key that may sign, and until when. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Null for a key that is no session's. */
  readonly sessionToken: string | null;
  readonly expired: boolean;
}

/** What a signature is checked against. */
export interface Scope {
  readonly service: string;
  readonly region: string;
  readonly keys: readonly SigningKey[];
  readonly nowMs: number;
}

/** How far a signature's date may be off. */
const SKEW_MS_MAX = 300_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([a-z0-9;_-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks AWS Signature Version 4 from the receiving side: canonical request from what came in, string to sign, signature. It
 * refuses as AWS does: unknown key, session over, wrong day, region or service, a date over five minutes off, headers that
 * ought to be signed and are not, another body.
 */
export function checkSigV4(received: Received, scope: Scope): Verdict {
  const { headers } = received;
  const refuse = (code: string, message: string) => ({ status: 403, code, message });
  if (headers["authorization"] === undefined) {
    return refuse("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const parts = AUTHORIZATION.exec(headers["authorization"]);
  const date = headers["x-amz-date"] ?? "";
  const [, keyId, day, region, service, names = "", signature = ""] = parts ?? [];
  if (parts === null || !/^\d{8}T\d{6}Z$/.test(date)) {
    return refuse("IncompleteSignatureException", "Authorization header or X-Amz-Date is not in the expected form.");
  }
  const key = scope.keys.find(({ accessKeyId }) => accessKeyId === keyId);
  if (key === undefined || (headers["x-amz-security-token"] ?? null) !== key.sessionToken) {
    return refuse("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  if (key.expired) return refuse("ExpiredTokenException", "The security token included in the request is expired");
  if (service !== scope.service || region !== scope.region || day !== date.slice(0, 8)) {
    return refuse(
      "InvalidSignatureException",
      `Credential should be scoped to ${scope.region}/${scope.service} and its day.`,
    );
  }
  if (Math.abs(momentOf(date) - scope.nowMs) > SKEW_MS_MAX) {
    return refuse("InvalidSignatureException", `Signature expired or not yet current: ${date} is over 5 min. off.`);
  }
  const signed = names.split(";");
  const due = Object.keys(headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  if (due.some((name) => !signed.includes(name))) {
    return refuse("InvalidSignatureException", "Host and all X-Amz headers must be signed.");
  }
  const expected = signatureOf(canonicalRequest(received, signed), date, scope, key.secretAccessKey);
  if (timingSafeEqual(Buffer.from(expected, "hex"), Buffer.from(signature, "hex"))) return null;
  return refuse(
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided.",
  );
}

/** Task 1: method, path, query, headers, their names and the hash of the body, a line each. */
export function canonicalRequest({ method, target, headers, body }: Received, signed: readonly string[]): string {
  const [path = "", query = ""] = target.split(/\?(.*)/s, 2);
  const lines = signed.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/\s+/g, " ")}\n`);
  return [method, canonicalPath(path), canonicalQuery(query), lines.join(""), signed.join(";"), sha256(body)].join(
    "\n",
  );
}

/** Tasks 2 to 4: the string to sign and its signature, hex. */
export function signatureOf(
  canonical: string,
  date: string,
  { region, service }: Pick<Scope, "region" | "service">,
  secretAccessKey: string,
): string {
  const day = date.slice(0, 8);
  const text = ["AWS4-HMAC-SHA256", date, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join("\n");
  const steps = [day, region, service, "aws4_request"];
  const key = steps.reduce<Buffer>((secret, step) => hmac(secret, step), Buffer.from(`AWS4${secretAccessKey}`));
  return hmac(key, text).toString("hex");
}

/** Dots and doubled slashes resolved, then every segment encoded once more than it came in. */
function canonicalPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(encoded(segment));
  }
  const isFolder = /(^|\/)\.{0,2}$/.test(path);
  return `/${kept.join("/")}${isFolder && kept.length > 0 ? "/" : ""}`;
}

/** Names and values encoded, sorted by name, then by value. */
function canonicalQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => pair !== "");
  const read = pairs.map((pair) => pair.split(/=(.*)/s, 2).map((part) => encoded(decoded(part))));
  const sorted = read.toSorted(([a = "", x = ""], [b = "", y = ""]) => (a === b ? order(x, y) : order(a, b)));
  return sorted.map(([name = "", value = ""]) => `${name}=${value}`).join("&");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All bytes but the unreserved ones of RFC 3986, in capitals. */
function encoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function momentOf(date: string): number {
  return Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

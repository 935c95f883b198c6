import { verify, type KeyObject } from "node:crypto";
import { isRecord } from "../record.ts";

type Claims = Readonly<Record<string, unknown>>;

/** The claims of a token that is signed with RSA and SHA-256 by the key; null for any other. */
export function verifiedClaims(
  token: string,
  key: KeyObject,
): { readonly header: Claims; readonly claims: Claims } | null {
  const [head = "", body = "", signature = "", ...rest] = token.split(".");
  const header = json(head);
  const claims = json(body);
  if (rest.length > 0 || header === null || claims === null || header["alg"] !== "RS256") return null;
  const isSigned = verify("sha256", Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"));
  return isSigned ? { header, claims } : null;
}

/** How far a date may lie in the future. */
const AHEAD_MS_MAX = 60_000;

/** True when a token was made by now, is not over, and lives no longer than an hour. */
export function isCurrent({ iat, exp }: Claims, nowMs: number): boolean {
  if (typeof iat !== "number" || typeof exp !== "number") return false;
  return iat * 1000 <= nowMs + AHEAD_MS_MAX && exp * 1000 > nowMs && exp - iat <= 3600;
}

function json(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

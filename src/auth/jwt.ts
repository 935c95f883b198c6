import { createPrivateKey, sign, type KeyObject } from "node:crypto";

/** A JSON Web Token signed with RSA and SHA-256 (RFC 7515, RFC 7518 section 3.3). */
export function signJwt(claims: Readonly<Record<string, string | number>>, key: KeyObject, keyId?: string): string {
  const header = { alg: "RS256", typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

/** An RSA key from PEM text; null when it is none, or its pass phrase is missing or wrong. */
export function rsaKey(pem: string, passphrase: string | null): KeyObject | null {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === null ? {} : { passphrase }) });
    return key.asymmetricKeyType === "rsa" ? key : null;
  } catch {
    return null;
  }
}

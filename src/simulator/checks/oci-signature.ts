import { createHash, verify, type KeyObject } from "node:crypto";
import type { Received, Verdict } from "./check.ts";

const SKEW_MS_MAX = 300_000;
const SIGNATURE =
  /^Signature version="1",keyId="([^"]+)",algorithm="rsa-sha256",headers="([^"]+)",signature="([A-Za-z0-9+/=]+)"$/;
const ALWAYS = ["date", "(request-target)", "host"];
const WITH_BODY = ["content-length", "content-type", "x-content-sha256"];

/**
 * Checks Oracle's request signature from the receiving side. It refuses as Oracle does: unknown key, a header that ought to
 * be signed and is not, a date over five minutes off, a digest of another body, a signature of other text.
 */
export function checkOci(
  received: Received,
  known: { readonly keyId: string; readonly publicKey: KeyObject; readonly nowMs: number },
): Verdict {
  const refuse = (message: string) => ({ status: 401, code: "NotAuthenticated", message });
  const { headers, method, target, body } = received;
  const parts = SIGNATURE.exec(headers["authorization"] ?? "");
  const [, keyId, names = "", signature = ""] = parts ?? [];
  if (parts === null || keyId !== known.keyId) {
    return refuse("The required information to complete authentication was not provided or was incorrect.");
  }
  const signed = names.split(" ");
  const due = [...ALWAYS, ...(method === "POST" ? WITH_BODY : [])].map((name) =>
    name === "date" && signed.includes("x-date") ? "x-date" : name,
  );
  const missing = due.filter((name) => !signed.includes(name));
  if (missing.length > 0) return refuse(`These headers must be signed: ${missing.join(", ")}.`);
  const date = headers["x-date"] ?? headers["date"] ?? "";
  const offMs = Math.abs(Date.parse(date) - known.nowMs);
  if (!(offMs <= SKEW_MS_MAX)) return refuse(`Date '${date}' is not within allowed clock skew.`);
  const digest = createHash("sha256").update(body).digest("base64");
  if (method === "POST" && headers["x-content-sha256"] !== digest) {
    return refuse("The computed SHA of the request body does not match x-content-sha256.");
  }
  const text = signed
    .map(
      (name) => `${name}: ${name === "(request-target)" ? `${method.toLowerCase()} ${target}` : (headers[name] ?? "")}`,
    )
    .join("\n");
  const isSigned = verify("sha256", Buffer.from(text), known.publicKey, Buffer.from(signature, "base64"));
  return isSigned ? null : refuse("The signature does not verify.");
}

import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { getCACertificates, type SecureContext } from "node:tls";
import type { NetworkFacts } from "../core/run.ts";
import { trustBeside } from "../transport/route.ts";
import { UsageError } from "./usage-error.ts";

/** Whom a run trusts beside the authorities that Node brings. */
export interface Trust {
  /** Null for Node's own list, which `NODE_EXTRA_CA_CERTS` may have made longer. */
  readonly context: SecureContext | null;
  readonly facts: NetworkFacts["trusted"];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Trusts `--ca FILE`, else the file that `SSL_CERT_FILE` names. Certificates are always checked: an environment that
 * switches this off is refused, since what it lets through could be anybody's answers and gets the keys.
 *
 * @throws UsageError when the file holds no certificate, or the check is switched off
 */
export async function readTrust(ca: string | undefined, env: NodeJS.ProcessEnv): Promise<Trust> {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") {
    throw new UsageError(
      "NODE_TLS_REJECT_UNAUTHORIZED=0 would switch off the check of certificates: unset it, and trust a private authority with --ca FILE",
    );
  }
  const extra = factOf("NODE_EXTRA_CA_CERTS", getCACertificates("extra"));
  const [from, file] = ca === undefined ? ["SSL_CERT_FILE", env["SSL_CERT_FILE"] ?? ""] : ["--ca", ca];
  if (file === "") return { context: null, facts: extra };
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const why = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new UsageError(`${from}: cannot read ${file}${why}: name a file of PEM certificates`);
  });
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new UsageError(`${from}: ${file} is no file of PEM certificates (-----BEGIN CERTIFICATE-----)`);
  }
  return { context: trustBeside(certificates.join("\n")), facts: [...extra, ...factOf(from, certificates)] };
}

function factOf(from: string, certificates: readonly string[]): NetworkFacts["trusted"] {
  if (certificates.length === 0) return [];
  const sha256 = createHash("sha256").update(certificates.join("\n")).digest("hex");
  return [{ from, certificates: certificates.length, sha256 }];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";

/** What lies between this machine and a target. */
export interface Route {
  /** Null for a direct connection. */
  readonly proxy: Proxy | null;
  /** What certificates are checked against; null for Node's own list. They are always checked. */
  readonly trust: SecureContext | null;
}

export interface Proxy {
  /** `http://proxy.example:3128`, without user name and password. */
  readonly origin: string;
  /** Value of `proxy-authorization`; null when none is needed. A credential. */
  readonly authorization: string | null;
}

export const DIRECT: Route = { proxy: null, trust: null };

/**
 * Trust in certificates beside those that Node trusts already. To be made once: it reads some hundred certificates.
 *
 * @param pem one or more certificates
 */
export function trustBeside(pem: string): SecureContext {
  return createSecureContext({ ca: [...getCACertificates("default"), pem] });
}

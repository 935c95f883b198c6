import { request } from "node:http";
import type { Socket } from "node:net";
import { ProxyError } from "./errors.ts";
import type { Proxy } from "./route.ts";

/**
 * Asks a proxy, over a connection to it, for a way through to `authority` (RFC 9110, section 9.3.6), and hands over the
 * socket that from then on speaks with the far side.
 *
 * @param authority `host:port`
 */
export function openTunnel(
  socket: Socket,
  proxy: Proxy,
  authority: string,
  done: (error: Error | null, tunnel: Socket | null) => void,
): void {
  const asked = request({
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...proxyHeaders(proxy) },
    // Without an agent: one would open a connection of its own.
    createConnection: () => socket,
  });
  // Node reports every answer to a CONNECT here, refusals too.
  asked.once("connect", ({ statusCode = 0 }, tunnel, head) => {
    if (statusCode < 200 || statusCode > 299) {
      tunnel.destroy();
      return done(new ProxyError(proxy, `it answered ${statusCode} to CONNECT`, "ERR_PROXY_TUNNEL"), null);
    }
    // The far side may speak first.
    if (head.length > 0) tunnel.unshift(head);
    done(null, socket);
  });
  asked.once("error", (error) => done(ProxyError.from(proxy, error), null));
  asked.end();
}

/** What a proxy wants to see in a request that it reads. */
export function proxyHeaders({ authorization }: Proxy): Readonly<Record<string, string>> {
  return authorization === null ? {} : { "proxy-authorization": authorization };
}

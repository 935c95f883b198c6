import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Certificate } from "./certificate.ts";

/** An HTTP or HTTPS server, and the TCP connections below it. */
export interface HttpServer {
  readonly server: Server;
  /** Ends the connection of a request with a TCP RST. */
  reset(socket: Socket): void;
  /** Destroys every connection, also those that have not got as far as a request. */
  cutAll(): void;
}

/** Idle connections stay open longer than any pause of a benchmark, so that this server's time-out is never measured. */
const KEEP_ALIVE_MS = 600_000;
const CONNECTIONS_MAX = 10_000;

/** @param certificate null for plain HTTP */
export function createHttpServer(certificate: Pick<Certificate, "cert" | "key"> | null): HttpServer {
  // Nagle's algorithm would hold an event back until the one before it is acknowledged.
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true };
  const server =
    certificate === null
      ? createServer(options)
      : createSecureServer({ ...options, cert: certificate.cert, key: certificate.key });
  server.maxConnections = CONNECTIONS_MAX;
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  return {
    server,
    reset: (socket) => {
      // A TLS socket can neither reset nor show the TCP socket below it, but it has the same peer.
      const tcp = [...connections].find((each) => peerOf(each) === peerOf(socket));
      if (tcp === undefined) socket.destroy();
      else tcp.resetAndDestroy();
    },
    cutAll: () => {
      for (const socket of connections) socket.destroy();
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { ConnectionRecord } from "../core/observation.ts";
import type { Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { ConnectTimeout, ProxyError } from "./errors.ts";
import type { Route } from "./route.ts";
import { openTunnel } from "./tunnel.ts";

/** How to reach an origin. */
export interface ConnectOptions extends Route {
  /** DNS, TCP, the way through a proxy and TLS together. */
  readonly timeoutMs: number;
}

/** Gives each new socket of a run its number. */
export type NextId = () => number;

/** A socket that can carry requests, and how long it took to get. */
export interface Dialled {
  readonly socket: Socket;
  readonly record: Omit<ConnectionRecord, "reused">;
}

type Done = (error: Error | null, dialled: Dialled | null) => void;

/** Opens a socket to an origin and calls back once; the returned function gives it up. */
export type Dial = (origin: buildConnector.Options, done: Done) => () => void;

/** Moments of one dialling; null for what has not happened, or has no such step. */
interface Marks {
  readonly start: Us;
  dns: Us | null;
  tcp: Us | null;
}

/**
 * Opens sockets over undici's connector and times each step by the socket's own events. Through a proxy, an `https:`
 * origin gets a tunnel; requests to an `http:` origin are read and forwarded by the proxy, so its socket is all they need.
 */
export function openDial(options: ConnectOptions, time: Time, nextId: NextId): Dial {
  const { proxy, trust, timeoutMs } = options;
  const connect = buildConnector({
    allowH2: false,
    timeout: 0,
    // Said here, so that no variable of the environment can switch it off.
    rejectUnauthorized: true,
    ...(trust === null ? {} : { secureContext: trust }),
  });
  return (origin, done) => {
    const marks: Marks = { start: time.now(), dns: null, tcp: null };
    let settled = false;
    const settle: Done = (error, dialled) => {
      if (settled) return;
      settled = true;
      cancel();
      if (error !== null) socket.destroy();
      done(error, dialled);
    };
    const ready = (socket: Socket): void =>
      settle(null, { socket, record: { id: nextId(), ...recordOf(socket, marks, time.now()) } });
    const secure = (tunnel: Socket): void =>
      connect({ ...origin, httpSocket: tunnel }, (error, secured) =>
        error === null ? ready(secured) : settle(error, null),
      );
    const first = proxy === null ? origin : addressOf(proxy.origin);
    const socket = connect(first, (error, connected) => {
      if (error !== null) return settle(proxy === null ? error : ProxyError.from(proxy, error), null);
      if (proxy === null || origin.protocol === "http:") return ready(connected);
      openTunnel(connected, proxy, authorityOf(origin), (refused, tunnel) =>
        tunnel === null ? settle(refused, null) : secure(tunnel),
      );
    }) as unknown as Socket;
    // Emitted per address for a name; a literal address is not looked up.
    socket.once("lookup", () => (marks.dns = time.now()));
    socket.once("connect", () => (marks.tcp = time.now()));
    const cancel = time.after(timeoutMs, () => {
      const through = proxy === null ? "" : ` through the proxy ${proxy.origin}`;
      settle(new ConnectTimeout(`no connection${through} within ${timeoutMs} ms`), null);
    });
    return () => settle(new Error("given up"), null);
  };
}

function recordOf(socket: Socket, { start, dns, tcp }: Marks, endUs: Us): Omit<Dialled["record"], "id"> {
  const tcpEnd = tcp ?? endUs;
  const tls = socket instanceof TLSSocket ? socket : null;
  return {
    peer: socket.remoteAddress === undefined ? null : `${socket.remoteAddress}:${socket.remotePort}`,
    dns: dns === null ? null : dns - start,
    tcp: tcpEnd - (dns ?? start),
    tls: tls === null ? null : endUs - tcpEnd,
    protocol: tls === null ? "http/1.1" : `http/1.1 ${tls.getProtocol() ?? "TLS"}`,
  };
}

/** `host:port`, the port always stated. */
function authorityOf({ host, hostname, port }: buildConnector.Options): string {
  return port === "" ? `${host ?? hostname}:443` : (host ?? `${hostname}:${port}`);
}

function addressOf(origin: string): buildConnector.Options {
  const { protocol, hostname, host, port } = new URL(origin);
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), host, port };
}

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector, Client, type Dispatcher } from "undici";
import type { ConnectionRecord } from "../core/observation.ts";
import type { Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { ConnectTimeout } from "./errors.ts";

/** How to reach an origin. */
export interface ConnectOptions {
  readonly timeoutMs: number;
  /** PEM certificates trusted in addition to Node's own; null for none. */
  readonly ca: string | null;
}

/** A socket and how long it took to get. */
interface Opened {
  readonly socket: Socket;
  readonly record: Omit<ConnectionRecord, "reused">;
  /** Opened for the attempt that waits for it, not ahead of time. */
  readonly onDemand: boolean;
}

/**
 * One keep-alive connection to one origin: an undici client that never pipelines, over a connector of our own that times
 * DNS, TCP and TLS. When the far side closes it, the next request opens a new one, with a new id.
 */
export interface Connection {
  readonly client: Client;
  /** Opens the socket ahead of the first request, sending nothing. False when that failed, which a request will meet again. */
  warm(): Promise<boolean>;
  /** The record for the request that is being written now; durations only for the first one that a socket carries. */
  use(): ConnectionRecord | null;
  close(): Promise<void>;
}

/** Gives each new socket of a run its number. */
export type NextId = () => number;

/** How long an idle connection is kept for the next request, unless the server asks for less. */
const KEEP_ALIVE_MS = 60_000;

export function openConnection(origin: string, options: ConnectOptions, time: Time, nextId: NextId): Connection {
  let current: Opened | null = null;
  let uses = 0;
  let warming = false;

  const open = timedConnector(options, time, nextId);
  const client = new Client(origin, {
    pipelining: 1,
    allowH2: false,
    // Time-outs are the exchange's own: undici's are coarse above a second and do not know content from comments.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: (target, callback) =>
      open(target, !warming, (error, opened) => {
        if (opened === null) return callback(error ?? new Error("connection failed"), null);
        current = opened;
        uses = 0;
        callback(null, opened.socket);
      }),
  });

  return {
    client,
    warm: () =>
      new Promise((resolve) => {
        warming = true;
        const over = (): void => {
          warming = false;
          resolve(current !== null);
        };
        client.dispatch({ path: "/", method: "GET" }, givenUp(over));
      }),
    use: () => {
      if (current === null) return null;
      uses += 1;
      if (uses > 1) return { ...current.record, reused: true, dns: null, tcp: null, tls: null };
      return { ...current.record, reused: !current.onDemand };
    },
    close: () => client.destroy(),
  };
}

/**
 * A request that is given up at its start, before a byte of it is written: undici then has opened the connection and keeps
 * it. (Aborting through the controller would close it.)
 */
function givenUp(over: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: () => {
      throw new Error("given up before it was written");
    },
    onResponseStart: () => undefined,
    onResponseData: () => undefined,
    onResponseEnd: over,
    onResponseError: over,
  };
}

type Open = (
  target: buildConnector.Options,
  onDemand: boolean,
  done: (error: Error | null, opened: Opened | null) => void,
) => void;

function timedConnector(options: ConnectOptions, time: Time, nextId: NextId): Open {
  const connect = buildConnector({ allowH2: false, timeout: 0, ...(options.ca === null ? {} : { ca: options.ca }) });
  return (target, onDemand, done) => {
    const startUs = time.now();
    let dnsUs: Us | null = null;
    let tcpUs: Us | null = null;
    let settled = false;
    const settle = (error: Error | null, opened: Opened | null): void => {
      if (settled) return;
      settled = true;
      cancel();
      done(error, opened);
    };
    const socket = connect(target, (error, connected) => {
      if (error !== null) return settle(error, null);
      const endUs = time.now();
      const tcpEnd = tcpUs ?? endUs;
      const tls = connected instanceof TLSSocket ? connected : null;
      settle(null, {
        socket: connected,
        onDemand,
        record: {
          id: nextId(),
          peer: connected.remoteAddress === undefined ? null : `${connected.remoteAddress}:${connected.remotePort}`,
          dns: dnsUs === null ? null : dnsUs - startUs,
          tcp: tcpEnd - (dnsUs ?? startUs),
          tls: tls === null ? null : endUs - tcpEnd,
          protocol: tls === null ? "http/1.1" : `http/1.1 ${tls.getProtocol() ?? "TLS"}`,
        },
      });
    }) as unknown as Socket;
    // Emitted per address for a name; a literal address is not looked up.
    socket.once("lookup", () => (dnsUs = time.now()));
    socket.once("connect", () => (tcpUs = time.now()));
    const cancel = time.after(options.timeoutMs, () => {
      settle(new ConnectTimeout(`no connection within ${options.timeoutMs} ms`), null);
      socket.destroy();
    });
  };
}

import { Client, type Dispatcher } from "undici";
import type { ConnectionRecord } from "../core/observation.ts";
import type { Time } from "../time/time.ts";
import { openDial, type ConnectOptions, type Dialled, type NextId } from "./dial.ts";
import { proxyHeaders } from "./tunnel.ts";

/** A dialled socket. */
interface Opened extends Dialled {
  /** Opened for the attempt that waits for it, not ahead of time. */
  readonly onDemand: boolean;
}

/**
 * One keep-alive connection to one origin: an undici client that never pipelines, over a dial of our own that times
 * its steps. When the far side closes it, the next request opens a new one, with a new id.
 */
export interface Connection {
  readonly client: Client;
  /** Opens the socket ahead of the first request, sending nothing. False when that failed, which a request will meet again. */
  warm(): Promise<boolean>;
  /** The record for the request that is being written now; durations only for the first one that a socket carries. */
  use(): ConnectionRecord | null;
  /** How a request line names the URL on this connection, and the headers that go with it. */
  requestTarget(url: string): { readonly path: string; readonly headers: Readonly<Record<string, string>> };
  close(): Promise<void>;
}

/** How long an idle connection is kept for the next request, unless the server asks for less. */
const KEEP_ALIVE_MS = 60_000;

export function openConnection(origin: string, options: ConnectOptions, time: Time, nextId: NextId): Connection {
  let current: Opened | null = null;
  let uses = 0;
  let warming = false;
  let giveUp = (): void => undefined;

  const dial = openDial(options, time, nextId);
  const client = new Client(origin, {
    pipelining: 1,
    allowH2: false,
    // Time-outs are the exchange's own: undici's are coarse above a second and do not know content from comments.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: (target, callback) => {
      const onDemand = !warming;
      giveUp = dial(target, (error, dialled) => {
        if (dialled === null) return callback(error ?? new Error("connection failed"), null);
        current = { ...dialled, onDemand };
        uses = 0;
        callback(null, dialled.socket);
      });
    },
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
    requestTarget: (url) => requestTarget(url, options),
    close: () => {
      giveUp();
      return client.destroy();
    },
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

/** A forwarding proxy reads the whole URL and its own credentials (RFC 9112, section 3.2.2); everyone else the path. */
function requestTarget(url: string, { proxy }: ConnectOptions): ReturnType<Connection["requestTarget"]> {
  const { protocol, pathname, search, origin } = new URL(url);
  const path = pathname + search;
  if (proxy === null || protocol !== "http:") return { path, headers: {} };
  return { path: origin + path, headers: proxyHeaders(proxy) };
}

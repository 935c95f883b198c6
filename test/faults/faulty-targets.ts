import type { Socket } from "node:net";
import { makeCertificate } from "../../src/simulator/certificate.ts";
import { proxyServer } from "../support/proxy-server.ts";
import {
  GOOD_ANSWER,
  pause,
  streamHead,
  tcpServer,
  textEvent,
  wireServer,
  type Script,
} from "../support/wire-server.ts";

/** One base URL per fault, and the servers behind them. */
export interface FaultyTargets {
  readonly baseUrls: ReadonlyMap<string, string>;
  /** What the program is told about proxies. */
  readonly env: NodeJS.ProcessEnv;
  /** PEM of all authorities that it is told to trust. */
  readonly ca: string;
  /** Requests that arrived where a redirect led to. */
  readonly redirected: () => number;
  close(): Promise<void>;
}

const CHUNKED = ["HTTP/1.1 200 OK", "content-type: text/event-stream", "transfer-encoding: chunked", "", ""].join(
  "\r\n",
);

const good: Script = (socket) => void socket.end(streamHead() + GOOD_ANSWER);

/** What plain servers do once they have read the request. */
const SCRIPTS: Readonly<Record<string, Script>> = {
  "in order": good,
  "reset at headers": (socket) => void socket.resetAndDestroy(),
  "reset mid-stream": async (socket) => {
    socket.write(CHUNKED + chunk(textEvent(" one")));
    // A reset discards what the far side has not taken yet.
    await pause(100);
    socket.resetAndDestroy();
  },
  "closed mid-stream": (socket) => void socket.end(CHUNKED + chunk(textEvent(" one"))),
  "slow headers": async (socket, request) => {
    await pause(700);
    await good(socket, request);
  },
  "headers past the limit": () => undefined,
  stall: (socket) => void socket.write(streamHead() + textEvent(" one") + textEvent(" two")),
  "one byte per second": (socket) => dribble(socket, streamHead() + GOOD_ANSWER),
  "one byte per second after the first content": (socket) => {
    socket.write(streamHead() + textEvent(" one"));
    return dribble(socket, textEvent(" two"));
  },
  "endless, slow": async (socket) => {
    socket.write(streamHead());
    for (; !socket.destroyed; await pause(50)) socket.write(textEvent(" more"));
  },
  "endless, fast": async (socket) => {
    socket.write(streamHead());
    const much = `${textEvent(" more")}: ${"x".repeat(256 * 1024)}\n\n`;
    for (; !socket.destroyed; await pause(0)) if (socket.writableLength < 1024 * 1024) socket.write(much);
  },
  "event of 10 MB": (socket) => void socket.end(`${streamHead()}data: ${"x".repeat(10_000_000)}\n\n`),
  "error page of 1 MB": (socket) =>
    void socket.end(`${streamHead([], "500 Oh", "text/html")}<script>${"x".repeat(1_000_000)}</script>`),
  "a page with status 200": (socket) => void socket.end(`${streamHead([], "200 OK", "text/html")}<h1>Hello</h1>`),
  "no HTTP at all": (socket) => void socket.end("SSH-2.0-OpenSSH_9.9\r\n"),
  "headers without end": async (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    for (let i = 0; !socket.destroyed; i += 1, await pause(1)) socket.write(`x-${i}: ${"x".repeat(1000)}\r\n`);
  },
};

/** Starts every server of the matrix. */
export async function startFaultyTargets(): Promise<FaultyTargets> {
  const closers: (() => Promise<void>)[] = [];
  const opened = <Server extends { close(): Promise<void> }>(server: Server): Server => {
    closers.push(() => server.close());
    return server;
  };
  const baseUrls = new Map<string, string>();
  const serve = async (
    fault: string,
    script: Script,
    certificate?: ReturnType<typeof makeCertificate>,
  ): Promise<void> => void baseUrls.set(fault, opened(await wireServer(script, certificate)).origin);

  for (const [fault, script] of Object.entries(SCRIPTS)) await serve(fault, script);

  const gone = await wireServer(() => undefined);
  await gone.close();
  baseUrls.set("refused", gone.origin);
  // A name that never exists (RFC 6761), asked for directly.
  baseUrls.set("name not found", "http://nowhere.invalid");

  // To a client that begins TLS, a server that says nothing has not yet connected.
  const secure = (server: { origin: string }): string => server.origin.replace("http:", "https:");
  baseUrls.set("reset at connect", secure(opened(await tcpServer((socket) => void socket.resetAndDestroy()))));
  baseUrls.set("silent at connect", secure(opened(await tcpServer(() => undefined))));

  const trusted = makeCertificate(Date.now(), {});
  const expired = makeCertificate(Date.now(), { expired: true });
  const wrongHost = makeCertificate(Date.now(), { wrongHost: true });
  await serve("TLS in order, private authority", good, trusted);
  await serve("TLS expired", good, expired);
  await serve("TLS wrong host", good, wrongHost);
  await serve("TLS untrusted", good, makeCertificate(Date.now(), {}));

  const elsewhere = opened(await wireServer(good));
  await serve("redirect to another host", (socket) => {
    const location = `location: ${elsewhere.origin}/v1/chat/completions`;
    socket.end(`HTTP/1.1 307 Temporary Redirect\r\n${location}\r\ncontent-length: 0\r\n\r\n`);
  });

  const proxy = opened(await proxyServer(baseUrls.get("in order")!));
  baseUrls.set("through a proxy", "http://behind-the-proxy.invalid");
  baseUrls.set("proxy down", "https://behind-a-dead-proxy.invalid");
  return {
    baseUrls,
    env: { HTTP_PROXY: proxy.origin, HTTPS_PROXY: gone.origin, NO_PROXY: "nowhere.invalid" },
    ca: trusted.ca + expired.ca + wrongHost.ca,
    redirected: () => elsewhere.requests.length,
    close: async () => void (await Promise.all(closers.map((close) => close()))),
  };
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

async function dribble(socket: Socket, text: string): Promise<void> {
  for (const character of Array.from(text)) {
    if (socket.destroyed) return;
    socket.write(character);
    await pause(1000);
  }
}

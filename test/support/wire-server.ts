import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createSecureServer } from "node:tls";

/** What a scripted server does on one connection once it has read a whole request. */
export type Script = (socket: Socket, request: string) => Promise<void> | void;

/** A TCP server that does exactly what its script says: what a well-behaved library would never do. */
export interface TcpServer {
  /** `http://127.0.0.1:41234`, `https:` with a certificate. */
  readonly origin: string;
  /** Ends every open connection and waits until the far side can have noticed. */
  closeConnections(): Promise<void>;
  close(): Promise<void>;
}

/** @param certificate for TLS; null for none */
export async function tcpServer(
  onSocket: (socket: Socket) => void,
  certificate: { readonly cert: string; readonly key: string } | null = null,
): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket);
  };
  const server = certificate === null ? createServer(accept) : createSecureServer({ ...certificate }, accept);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${certificate === null ? "http" : "https"}://127.0.0.1:${port}`,
    closeConnections: async () => {
      for (const socket of sockets) socket.destroy();
      await pause(50);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A TCP server that waits for a whole request and then answers with exact bytes. */
export interface WireServer extends TcpServer {
  /** Requests read so far, head and body. */
  readonly requests: readonly string[];
}

export async function wireServer(script: Script, certificate?: Parameters<typeof tcpServer>[1]): Promise<WireServer> {
  const requests: string[] = [];
  const server = await tcpServer((socket) => {
    let read = "";
    socket.on("data", (bytes) => {
      read += bytes.toString("latin1");
      const request = wholeRequest(read);
      if (request === null) return;
      read = read.slice(request.length);
      requests.push(request);
      void Promise.resolve(script(socket, request)).catch(() => socket.destroy());
    });
  }, certificate);
  return { ...server, requests };
}

function wholeRequest(read: string): string | null {
  const headEnd = read.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const length = Number(/content-length: (\d+)/i.exec(read.slice(0, headEnd))?.[1] ?? 0);
  const end = headEnd + 4 + length;
  return read.length < end ? null : read.slice(0, end);
}

/** Head of a streamed answer; the body is delimited by the end of the connection. */
export function streamHead(extra: readonly string[] = [], status = "200 OK", type = "text/event-stream"): string {
  return [`HTTP/1.1 ${status}`, `content-type: ${type}`, "connection: close", ...extra, "", ""].join("\r\n");
}

/** One event of the OpenAI stream. */
export function event(chunk: unknown): string {
  return `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`;
}

/** An event with text. */
export function textEvent(content: string, finish: string | null = null): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
}

/** A short good answer in full. */
export const GOOD_ANSWER = [
  event({ model: "m", choices: [{ index: 0, delta: { role: "assistant" }, finish_reason: null }] }),
  textEvent(" one"),
  textEvent(" two"),
  event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
  event({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } }),
  event("[DONE]"),
].join("");

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The answer is these bytes, then the end of the connection. */
export function answering(...pieces: readonly (string | Buffer)[]): Script {
  return (socket) => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  };
}

/** One chunk of a chunked body. */
export function chunked(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`;
}

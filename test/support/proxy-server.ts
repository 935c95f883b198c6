import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { pause } from "./wire-server.ts";

/** A forward proxy that leads every name to one server of the test. */
export interface ProxyServer {
  readonly origin: string;
  /** Each request that it read, as `METHOD target` and its headers. */
  readonly seen: readonly { readonly line: string; readonly headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

/**
 * @param to where every request and tunnel ends: an origin
 * @param how `tunnelMs` is how long it takes for a tunnel, `refusal` the status that it answers instead
 */
export async function proxyServer(
  to: string,
  how: { readonly tunnelMs?: number; readonly refusal?: number } = {},
): Promise<ProxyServer> {
  const { hostname, port } = new URL(to);
  const seen: { line: string; headers: IncomingMessage["headers"] }[] = [];
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  const note = ({ method, url, headers }: IncomingMessage): void =>
    void seen.push({ line: `${method} ${url}`, headers });
  const server = createServer((incoming, response) => {
    note(incoming);
    if (how.refusal !== undefined) return void response.writeHead(how.refusal).end();
    const { pathname } = new URL(incoming.url!);
    const onward = request({ hostname, port, path: pathname, method: incoming.method, headers: incoming.headers });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.on("connection", track);
  const lead = async (socket: Socket, head: Buffer): Promise<void> => {
    await pause(how.tunnelMs ?? 0);
    const onward = track(connect(Number(port), hostname));
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  };
  server.on("connect", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    note(incoming);
    if (how.refusal === undefined) void lead(socket, head);
    else socket.end(`HTTP/1.1 ${how.refusal} No\r\ncontent-length: 0\r\n\r\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

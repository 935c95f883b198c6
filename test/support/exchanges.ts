import { afterEach } from "vitest";
import type { HttpRequest, Wire } from "../../src/core/provider.ts";
import { callServer } from "./call.ts";
import { wireServer, type WireServer } from "./wire-server.ts";

const servers: WireServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
/** A server that is gone after the test. */
export async function serve(...args: Parameters<typeof wireServer>): Promise<WireServer> {
  const server = await wireServer(...args);
  servers.push(server);
  return server;
}

export const KEY = "Bearer a-key-of-the-test";
const signed = async (request: HttpRequest) =>
  ({
    ok: true,
    request: { ...request, headers: { ...request.headers, authorization: KEY } },
    freshForMs: 1000,
  }) as const;

/** One call, whose further exchanges are signed with the key. */
export async function calling(origin: string, wire: Wire, options: Parameters<typeof callServer>[1] = {}) {
  const [called] = await callServer(origin, { wire, authorize: signed, ...options });
  return called!.observation;
}

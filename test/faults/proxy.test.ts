import { onTestFinished, describe, expect, it } from "vitest";
import { makeCertificate } from "../../src/simulator/certificate.ts";
import { trustBeside, type Proxy } from "../../src/transport/route.ts";
import { callServer } from "../support/call.ts";
import { proxyServer } from "../support/proxy-server.ts";
import { GOOD_ANSWER, streamHead, wireServer } from "../support/wire-server.ts";

/** A name that is never looked up here: the proxy knows where it is. The certificate is made out to it. */
const NAME = "elsewhere.invalid";
const certificate = makeCertificate(Date.now(), { wrongHost: true });
const trust = trustBeside(certificate.ca);

async function answeringServer(secure: boolean) {
  const script = (socket: { end(text: string): unknown }): void => void socket.end(streamHead() + GOOD_ANSWER);
  const server = await wireServer(script, secure ? certificate : null);
  onTestFinished(() => server.close());
  return server;
}

async function proxyTo(origin: string, how: Parameters<typeof proxyServer>[1] = {}) {
  const proxy = await proxyServer(origin, how);
  onTestFinished(() => proxy.close());
  return proxy;
}

const PASSWORD: Pick<Proxy, "authorization"> = { authorization: "Basic dXNlcjpwYXNzd29yZA==" };

describe("through a proxy", () => {
  it("TLS goes through a tunnel, which the proxy cannot read, and the certificate is that of the target", async () => {
    const server = await answeringServer(true);
    const { origin, seen } = await proxyTo(server.origin);
    const route = { proxy: { origin, ...PASSWORD }, trust };
    const [called] = await callServer(`https://${NAME}`, { route });
    expect(called!.observation).toMatchObject({ outcome: "completed", connection: { peer: new URL(origin).host } });
    expect(seen.map(({ line, headers }) => [line, headers["proxy-authorization"], headers.host])).toEqual([
      [`CONNECT ${NAME}:443`, PASSWORD.authorization, `${NAME}:443`],
    ]);
    // The proxy's credentials stop at the proxy.
    expect(server.requests[0]).not.toMatch(/proxy-authorization/i);
    expect(server.requests[0]).toMatch(/^POST \/v1\/chat\/completions HTTP/);
    const [untrusted] = await callServer(`https://${NAME}`, { route: { proxy: { origin, ...PASSWORD } } });
    expect(untrusted!.observation.failure).toMatchObject({ kind: "tls", where: "connect" });
    const [wrong] = await callServer("https://another.invalid", { route });
    expect(wrong!.observation.failure).toMatchObject({ kind: "tls", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("the set-up of the tunnel is time to connect, not the target's", async () => {
    const server = await answeringServer(true);
    const { origin } = await proxyTo(server.origin, { tunnelMs: 300 });
    const [called] = await callServer(`https://${NAME}`, { route: { proxy: { origin, authorization: null }, trust } });
    const { connection, stamps } = called!.observation;
    expect(connection!.tls).toBeGreaterThanOrEqual(290_000);
    expect(stamps.sent! - stamps.released!).toBeGreaterThanOrEqual(connection!.tls!);
  });

  it("plain HTTP is forwarded: the whole URL on the request line, and the proxy's credentials beside it", async () => {
    const server = await answeringServer(false);
    const { origin, seen } = await proxyTo(server.origin);
    const [called] = await callServer(`http://${NAME}`, { route: { proxy: { origin, ...PASSWORD } } });
    expect(called!.observation).toMatchObject({ outcome: "completed", connection: { tls: null } });
    expect(seen.map(({ line, headers }) => [line, headers["proxy-authorization"], headers.host])).toEqual([
      [`POST http://${NAME}/v1/chat/completions`, PASSWORD.authorization, NAME],
    ]);
  });

  it.each(["https", "http"] as const)("%s: a proxy that is down is a network failure that names it", async (scheme) => {
    const proxy = await proxyServer("http://127.0.0.1:1");
    await proxy.close();
    const route = { proxy: { origin: proxy.origin, ...PASSWORD } };
    const [called] = await callServer(`${scheme}://${NAME}`, { route });
    expect(called!.observation.failure).toMatchObject({ kind: "network", where: "connect", code: "ECONNREFUSED" });
    expect(called!.observation.failure!.detail).toContain(`proxy ${proxy.origin}: `);
  });

  it("a proxy that refuses the tunnel, or a request, is a network failure too: the target never spoke", async () => {
    const { origin } = await proxyTo("http://127.0.0.1:1", { refusal: 407 });
    const route = { proxy: { origin, ...PASSWORD } };
    const [tunnel] = await callServer(`https://${NAME}`, { route });
    expect(tunnel!.observation.failure).toMatchObject({ kind: "network", where: "connect", code: "ERR_PROXY_TUNNEL" });
    expect(tunnel!.observation.failure!.detail).toBe(`proxy ${origin}: it answered 407 to CONNECT`);
    const [forwarded] = await callServer(`http://${NAME}`, { route });
    expect(forwarded!.observation.failure).toMatchObject({ kind: "network", where: "headers", status: 407 });
  });

  it("a proxy that never opens the tunnel runs into the limit to connect", async () => {
    const { origin } = await proxyTo("http://127.0.0.1:1", { tunnelMs: 60_000 });
    const route = { proxy: { origin, authorization: null } };
    const [called] = await callServer(`https://${NAME}`, { route, limits: { connectMs: 300 } });
    expect(called!.observation.failure).toMatchObject({ kind: "timeout", where: "connect" });
    expect(called!.observation.failure!.detail).toContain(`through the proxy ${origin}`);
  });

  it("a connection carries several requests, and is counted once", async () => {
    const body = GOOD_ANSWER;
    const head = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const server = await wireServer((socket) => void socket.write(head + body), certificate);
    onTestFinished(() => server.close());
    const { origin, seen } = await proxyTo(server.origin);
    const route = { proxy: { origin, authorization: null }, trust };
    const calls = await callServer(`https://${NAME}`, { route, warm: 1, count: 3, pauseMs: 40 });
    expect(calls.map(({ observation }) => [observation.outcome, observation.connection!.id])).toEqual([
      ["completed", 1],
      ["completed", 1],
      ["completed", 1],
    ]);
    expect(seen).toHaveLength(1);
  });
});

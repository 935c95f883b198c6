import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { HttpRequest } from "../../src/core/provider.ts";
import { loadCannon, type Volley } from "../../src/run/gateway/cannon.ts";
import type { Shot } from "../../src/run/gateway/flight.ts";
import { makeCertificate, type CertificateFaults } from "../../src/simulator/certificate.ts";
import { realTime } from "../../src/time/time.ts";
import { trustBeside } from "../../src/transport/route.ts";
import { wireServer, type Script } from "../support/wire-server.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serverOf(script: Script) {
  const server = await wireServer(script);
  closing.push(() => server.close());
  return server;
}

interface Round {
  readonly request: HttpRequest;
  readonly index: number;
}

/** What became of each request, by its number. */
interface Ended {
  readonly released: readonly number[];
  readonly shots: readonly (Shot | undefined)[];
  readonly failed: readonly unknown[];
}

/** Fires `GET /0`, `GET /1` and so on. */
async function fired(
  origin: string,
  amount: number,
  of: Partial<Pick<Volley<Round>, "connections" | "ratePerConnection" | "trust" | "signal">> & {
    readonly path?: (index: number) => string;
    readonly timeoutMs?: number;
    readonly onNext?: (index: number, drain: () => void) => void;
  } = {},
): Promise<Ended> {
  const released: number[] = [];
  const shots: (Shot | undefined)[] = [];
  const failed: unknown[] = [];
  let ids = 0;
  let drain = (): void => undefined;
  const path = of.path ?? ((index) => `/${index}`);
  const fire = await loadCannon();
  const volley = fire<Round>({
    origin,
    connections: of.connections ?? 1,
    ratePerConnection: of.ratePerConnection ?? null,
    amount,
    trust: of.trust ?? null,
    signal: of.signal ?? new AbortController().signal,
    magazine: {
      next: () => {
        const index = released.length;
        of.onNext?.(index, drain);
        released.push(index);
        const headers = { authorization: "Bearer planted" };
        return { index, request: { method: "GET", url: `${origin}${path(index)}`, headers, body: null } };
      },
      ended: ({ index }, shot) => void (shots[index] = shot),
      failed: (error) => void failed.push(error),
      nextConnection: () => (ids += 1),
      timeoutMs: of.timeoutMs ?? 5000,
      time: realTime(),
    },
  });
  drain = volley.drain;
  await volley.over;
  return { released, shots, failed };
}

const answer = (body: string, ...headers: readonly string[]): string =>
  ["HTTP/1.1 200 OK", `content-length: ${body.length}`, ...headers, "", body].join("\r\n");

/** Answers with the path that was asked for. */
const echo: Script = (socket, request) => void socket.write(answer(request.split(" ")[1]!));
const losses = (shots: Ended["shots"]) =>
  shots.map((shot) => {
    if (shot?.lost === undefined || shot.lost === null || shot.lost === "stopped") return shot?.lost;
    const { kind, where, code } = shot.lost;
    return `${kind} at ${where}${code?.startsWith("ECONN") === true ? ` ${code}` : ""}`;
  });
const bodies = (shots: Ended["shots"]) => shots.map((shot) => shot?.response?.body ?? shot?.lost);

describe("a volley", () => {
  it("sends each request once, and gives each its own answer with its moments", async () => {
    const server = await serverOf(echo);
    const { released, shots } = await fired(server.origin, 20, { connections: 3 });
    expect(released).toHaveLength(20);
    expect(server.requests).toHaveLength(20);
    expect(new Set(server.requests.map((request) => request.split(" ")[1])).size).toBe(20);
    expect(server.requests.every((request) => request.includes("authorization: Bearer planted"))).toBe(true);
    expect(bodies(shots)).toEqual(Array.from({ length: 20 }, (_, i) => `/${i}`));
    expect(shots.every((shot) => shot!.endUs > shot!.releasedUs)).toBe(true);
    const connections = shots.map((shot) => shot!.connection!);
    expect(new Set(connections.map(({ id }) => id))).toEqual(new Set([1, 2, 3]));
    expect(connections.filter(({ reused }) => !reused)).toHaveLength(3);
  });

  it("keeps to its rate: as many a second on each connection, and no more", async () => {
    const server = await serverOf(echo);
    const { shots } = await fired(server.origin, 18, { connections: 2, ratePerConnection: 3 });
    const byConnection = Map.groupBy(shots, (shot) => shot!.connection!.id);
    for (const own of byConnection.values()) {
      const stamps = own.map((shot) => shot!.releasedUs);
      expect(stamps).toHaveLength(9);
      // The fourth after the first, a second later; timers are early by a little.
      stamps.slice(3).forEach((stamp, i) => expect(stamp - stamps[i]!).toBeGreaterThan(900_000));
    }
  });

  it("hands over what a refusal says", async () => {
    const server = await serverOf((socket) => {
      socket.write("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\ncontent-length: 2\r\n\r\n{}");
    });
    const { shots } = await fired(server.origin, 1);
    expect(shots[0]!.response).toMatchObject({ status: 429, headers: { "retry-after": "2" }, body: "{}" });
  });

  it("stops letting go when it is drained, and awaits what is out", async () => {
    const server = await serverOf(echo);
    const { released, shots } = await fired(server.origin, 1000, {
      connections: 2,
      onNext: (index, drain) => void (index === 9 && drain()),
    });
    // One connection each may be on its way past it.
    expect(released.length).toBeLessThanOrEqual(11);
    expect(server.requests).toHaveLength(released.length);
    expect(bodies(shots)).toEqual(released.map((i) => `/${i}`));
  });

  it("ends at once when it is interrupted, and says what was out", async () => {
    const controller = new AbortController();
    const server = await serverOf((socket, request) => {
      if (request.startsWith("GET /4 ")) controller.abort();
      else echo(socket, request) as void;
    });
    const { shots } = await fired(server.origin, 1000, { signal: controller.signal });
    expect(bodies(shots)).toEqual(["/0", "/1", "/2", "/3", "stopped"]);
  });

  it.each([0, 5])("lets nothing leave that could not be put down first, from number %d on", async (from) => {
    const server = await serverOf(echo);
    const controller = new AbortController();
    const { shots, failed } = await fired(server.origin, 1000, {
      signal: controller.signal,
      onNext: (index) => {
        if (index < from) return;
        controller.abort();
        throw new Error("disk full");
      },
    });
    expect(failed[0]).toEqual(new Error("disk full"));
    expect(shots).toHaveLength(from);
    expect(server.requests).toHaveLength(from);
  });
});

describe("a connection that breaks", () => {
  const breaking =
    (breakAt: (socket: Socket) => void): Script =>
    (socket, request) =>
      request.startsWith("GET /2 ") ? breakAt(socket) : void echo(socket, request);

  it("in the middle of an answer loses that one alone", async () => {
    const half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    const server = await serverOf(breaking((socket) => void socket.end(half)));
    const { shots } = await fired(server.origin, 6);
    expect(shots[2]!.lost).toMatchObject({ kind: "truncated", where: "stream" });
    expect(bodies(shots.toSpliced(2, 1))).toEqual(["/0", "/1", "/3", "/4", "/5"]);
    expect(shots[3]!.connection).toMatchObject({ id: 2, reused: false });
  });

  it("before an answer is a failure of the network", async () => {
    const server = await serverOf(breaking((socket) => void socket.end()));
    const reset = await serverOf(breaking((socket) => void socket.resetAndDestroy()));
    const closed = await fired(server.origin, 4);
    expect(closed.shots[2]!.lost).toMatchObject({ kind: "network", where: "headers" });
    const torn = await fired(reset.origin, 4);
    expect(torn.shots[2]!.lost).toMatchObject({ kind: "network", code: "ECONNRESET" });
    for (const { shots } of [closed, torn]) expect(bodies(shots.toSpliced(2, 1))).toEqual(["/0", "/1", "/3"]);
  });

  it("as the server had announced loses nothing, and asks nothing twice", async () => {
    const answered: string[] = [];
    const server = await serverOf((socket, request) => {
      answered.push(request.split(" ")[1]!);
      socket.end(answer(answered.at(-1)!, "connection: close"));
    });
    const { shots, released } = await fired(server.origin, 7);
    expect(bodies(shots)).toEqual(released.map((i) => `/${i}`));
    expect(answered).toEqual(released.map((i) => `/${i}`));
    expect(shots.every((shot) => !shot!.connection!.reused)).toBe(true);
  });

  it("that never opens loses its requests one by one", async () => {
    const server = await serverOf(echo);
    await server.close();
    const { shots } = await fired(server.origin, 4, { connections: 2 });
    expect(losses(shots)).toEqual(Array.from({ length: 4 }, () => "network at connect ECONNREFUSED"));
    expect(shots.every((shot) => shot!.connection === null)).toBe(true);
  });

  it("is given up when nothing comes in time", async () => {
    const server = await serverOf(breaking(() => undefined));
    const { shots } = await fired(server.origin, 4, { timeoutMs: 1000 });
    expect(shots[2]!.lost).toMatchObject({ kind: "timeout", where: "total" });
    expect(bodies(shots.toSpliced(2, 1))).toEqual(["/0", "/1", "/3"]);
    const last = await fired(server.origin, 3, { timeoutMs: 1000 });
    expect(last.shots[2]!.lost).toMatchObject({ kind: "timeout" });
  });
});

/** An HTTPS server that answers with the path, and keeps what it read in clear. */
async function secureServerOf(faults: CertificateFaults) {
  const { ca, cert, key } = makeCertificate(Date.now(), faults);
  const read: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ cert, key }, (socket: TLSSocket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      read.push(bytes.toString());
      socket.write(answer(read.at(-1)!.split(" ")[1]!));
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return { ca, read, origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("over TLS", () => {
  it("a certificate of a known authority is taken", async () => {
    const { origin, ca, read } = await secureServerOf({});
    const { shots } = await fired(origin, 3, { trust: trustBeside(ca) });
    expect(bodies(shots)).toEqual(["/0", "/1", "/2"]);
    expect(read).toHaveLength(3);
    expect(shots[0]!.connection!.protocol).toMatch(/^http\/1\.1 TLSv1/);
  });

  it.each([
    ["of nobody that is known", {}, false],
    ["that has expired", { expired: true }, true],
    ["of another host", { wrongHost: true }, true],
  ] as const)("a certificate %s gets no byte of a request", async (_name, faults, isTrusted) => {
    const { origin, ca, read } = await secureServerOf(faults);
    const { shots } = await fired(origin, 3, { trust: isTrusted ? trustBeside(ca) : null });
    expect(losses(shots)).toEqual(["tls at connect", "tls at connect", "tls at connect"]);
    expect(read).toEqual([]);
  });
});

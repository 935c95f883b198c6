import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as secureConnect } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { makeCertificate } from "../../src/simulator/certificate.ts";
import { element, integer, oid, time } from "../../src/simulator/der.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator/server.ts";
import { call, chatBody, INSTANT, payloads, textOf } from "../support/simulator-client.ts";

const open: Simulator[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function start(tls: NonNullable<SimulatorOptions["tls"]>): Promise<Simulator & { readonly ca: string }> {
  const profiles = {
    own: { ...INSTANT, interEvent: { meanMs: 5, sigma: 0 } },
    reset: { ...INSTANT, faults: [{ name: "reset", share: 1 }] },
    cut: { ...INSTANT, faults: [{ name: "cut", share: 1 }] },
  } as const;
  const simulator = await startSimulator({ seed: 405, profiles, tls });
  open.push(simulator);
  return { ...simulator, ca: simulator.ca! };
}

async function startPlain(): Promise<Simulator> {
  const profiles = { reset: { ...INSTANT, faults: [{ name: "reset", share: 1 }] } } as const;
  const simulator = await startSimulator({ seed: 405, profiles });
  open.push(simulator);
  return simulator;
}

const chatUrl = (simulator: Simulator, profile = "own"): string => `${simulator.url}/${profile}/v1/chat/completions`;
const body = chatBody({ prompt: "over TLS", maxTokens: 10 });

test("a client that trusts the authority is served, stamped after each write as over plain HTTP", async () => {
  const simulator = await start(true);
  expect(simulator.url).toMatch(/^https:/);
  const seen = await call(chatUrl(simulator), { body, ca: simulator.ca });
  expect(seen).toMatchObject({ status: 200, error: null });
  expect(payloads(seen.text).at(-1)).toBe("[DONE]");
  const [record] = simulator.ledger();
  const received = BigInt(record!.received);
  expect(textOf(seen.text).trim().split(" ")).toHaveLength(record!.tokens);
  let read = "";
  for (const each of seen.reads) {
    read += each.text;
    const contents = read.split('"content":" ').length - 1;
    if (contents > 0) expect(each.atNs).toBeGreaterThanOrEqual(received + BigInt(record!.events[contents - 1]!));
  }
});

test("a client that does not trust the authority refuses, and so does one that trusts that of another start", async () => {
  const [simulator, other] = [await start(true), await start(true)];
  expect((await call(chatUrl(simulator), { body })).error).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  const strange = await call(chatUrl(simulator), { body, ca: other.ca });
  expect(strange.error).toMatch(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE)$/);
  expect(simulator.ledger()).toEqual([]);
});

test.each([
  [{ expired: true }, "CERT_HAS_EXPIRED"],
  [{ wrongHost: true }, "ERR_TLS_CERT_ALTNAME_INVALID"],
])("a certificate with the fault %j is refused for it alone: %s", async (faults, code) => {
  const simulator = await start(faults);
  expect((await call(chatUrl(simulator), { body, ca: simulator.ca })).error).toBe(code);
});

test.each(["plain", "TLS"])("the fault reset is a TCP RST and no end, over %s", async (way) => {
  const simulator = way === "TLS" ? await start(true) : await startPlain();
  const { port, ca } = simulator;
  const socket: Socket = ca === null ? connect(port, "127.0.0.1") : secureConnect({ port, host: "127.0.0.1", ca });
  let ended = false;
  socket.on("end", () => (ended = true)).resume();
  socket.write(`POST /reset/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  expect(error).toMatchObject({ code: "ECONNRESET", syscall: "read" });
  expect(ended).toBe(false);
  expect(simulator.ledger()).toMatchObject([{ fault: "reset", status: null, closedByClient: false }]);
});

test("the fault cut over TLS: half of the text, then the connection is gone", async () => {
  const simulator = await start(true);
  const seen = await call(chatUrl(simulator, "cut"), { body, ca: simulator.ca });
  expect(seen).toMatchObject({ status: 200, error: "ECONNRESET" });
  expect(textOf(seen.text).trim().split(" ")).toHaveLength(5);
});

test("closes at once with a client that never began its handshake", async () => {
  const simulator = await start(true);
  const silent = connect(simulator.port, "127.0.0.1");
  silent.on("error", () => undefined);
  await once(silent, "connect");
  await expect
    .poll(() => call(`${simulator.url}/healthz`, { method: "GET", ca: simulator.ca }))
    .toMatchObject({ status: 200 });
  await simulator.close();
  expect(simulator.stats().inFlight).toBe(0);
});

describe("the certificate", () => {
  const nowMs = Date.UTC(2026, 6, 1);
  const { ca, cert } = makeCertificate(nowMs, {});
  const authority = new X509Certificate(ca);
  const server = new X509Certificate(cert);

  test("is for the loopback interface by its three names, and its authority is none of them", () => {
    expect(server.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
    expect([server.checkHost("localhost"), server.checkIP("127.0.0.1"), server.checkIP("::1")]).toEqual([
      "localhost",
      "127.0.0.1",
      "::1",
    ]);
    expect(server.checkHost("example.com")).toBeUndefined();
    expect(authority.subjectAltName).toBeUndefined();
  });

  test("is signed by an authority that is one, and is none itself", () => {
    expect([authority.ca, server.ca]).toEqual([true, false]);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(server.verify(server.publicKey)).toBe(false);
  });

  test("has every extension that strict verification asks for", () => {
    const has = (certificate: X509Certificate, id: string): boolean => certificate.raw.includes(oid(id));
    const ids = { constraints: "2.5.29.19", keyUsage: "2.5.29.15", subjectKey: "2.5.29.14" };
    for (const id of Object.values(ids)) expect([has(authority, id), has(server, id)]).toEqual([true, true]);
    // Authority key and the use as a server: of the server's alone.
    for (const id of ["2.5.29.35", "2.5.29.37"]) expect([has(authority, id), has(server, id)]).toEqual([false, true]);
    expect(server.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  test("is never the same twice", () => {
    const again = new X509Certificate(makeCertificate(nowMs, {}).cert);
    expect(again.serialNumber).not.toBe(server.serialNumber);
    expect(again.publicKey.equals(server.publicKey)).toBe(false);
  });

  test("is valid around the moment of its making, in any year", () => {
    for (const year of [2026, 2049, 2050, 2077]) {
      const madeMs = Date.UTC(year, 11, 31, 23, 59, 59);
      const made = new X509Certificate(makeCertificate(madeMs, {}).cert);
      expect(made.validFromDate.getTime()).toBe(madeMs - 2 * 86_400_000);
      expect(made.validToDate.getTime()).toBe(madeMs + 30 * 86_400_000);
    }
  });
});

test("elements have the shortest length, identifiers seven bits a byte, and years after 2049 four digits", () => {
  expect(
    [0x7f, 0x80, 0xff, 0x100].map((length) => element(4, Buffer.alloc(length)).subarray(0, 4).toString("hex")),
  ).toEqual(["047f0000", "04818000", "0481ff00", "04820100"]);
  expect(() => element(4, Buffer.alloc(0x1_0000))).toThrow(RangeError);
  // ITU-T X.690, section 8.19.5, and the identifier of RSA Data Security.
  expect(oid("2.999.3").toString("hex")).toBe("0603883703");
  expect(oid("1.2.840.113549").toString("hex")).toBe("06062a864886f70d");
  expect(integer(2).toString("hex")).toBe("020102");
  expect(time(Date.UTC(2049, 11, 31, 23, 59, 59)).toString("latin1")).toBe("\x17\x0d491231235959Z");
  expect(time(Date.UTC(2050, 0, 1)).toString("latin1")).toBe("\x18\x0f20500101000000Z");
});

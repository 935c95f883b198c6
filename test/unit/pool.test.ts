import { expect, it, onTestFinished, vi } from "vitest";
import { DIRECT } from "../../src/transport/route.ts";
import { openPool } from "../../src/transport/pool.ts";
import { countedTime } from "../support/counted-time.ts";
import { tcpServer } from "../support/wire-server.ts";

it("a pool that is closed while a connection is being opened gives it up, and keeps no process alive", async () => {
  let accepted = 0;
  let ended = 0;
  // Says nothing to a client that begins TLS: the connection never opens.
  const server = await tcpServer((socket) => {
    accepted += 1;
    socket.resume().on("close", () => (ended += 1));
  });
  onTestFinished(() => server.close());
  const time = countedTime();
  const origin = server.origin.replace("http:", "https:");
  const pool = openPool(origin, { ...DIRECT, timeoutMs: 60_000 }, time, () => 0);
  const warming = pool.warm(1);
  await vi.waitFor(() => expect(accepted).toBe(1));
  expect(time.armed()).toBe(1);
  await pool.close();
  await warming;
  expect(time.armed()).toBe(0);
  await vi.waitFor(() => expect(ended).toBe(1));
});

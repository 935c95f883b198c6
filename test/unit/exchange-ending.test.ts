import { expect, it } from "vitest";
import { callServer } from "../support/call.ts";
import { GOOD_ANSWER, streamHead, wireServer } from "../support/wire-server.ts";

it("an answer whose connection stays open after its terminator is whole, and not waited for", async () => {
  const server = await wireServer((socket) => void socket.write(streamHead() + GOOD_ANSWER));
  const limits = { firstContentMs: 60_000, idleMs: 60_000, totalMs: 60_000 };
  const [called] = await callServer(server.origin, { limits });
  const { outcome, failure, flags, stamps, usage } = called!.observation;
  expect([outcome, failure, flags, usage?.output]).toEqual(["completed", null, ["coalesced"], 2]);
  expect(stamps.end! - stamps.lastContent!).toBeLessThan(30_000_000);
  await server.close();
});

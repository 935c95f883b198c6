import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/core/provider.ts";
import { nvidiaChat } from "../../src/protocol/nvidia.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { calling, KEY, serve } from "../support/exchanges.ts";
import { GOOD_ANSWER, streamHead, type WireServer } from "../support/wire-server.ts";

const BUSY = "HTTP/1.1 202 Accepted\r\nnvcf-reqid: 4-05\r\ncontent-length: 0\r\n\r\n";

describe("a call that is busy", () => {
  it("is asked for again until it is answered, with the key, and timed from the first exchange", async () => {
    const status = await serve((socket) => {
      if (status.requests.length < 3) socket.write(BUSY);
      else socket.end(streamHead() + GOOD_ANSWER);
    });
    const home = await serve((socket) => void socket.write(BUSY));
    const { outcome, stamps, usage } = await calling(home.origin, nvidiaChat(PLAIN, `${status.origin}/status`));
    expect([outcome, usage?.output]).toEqual(["completed", 2]);
    expect(status.requests.map((text) => text.split("\r\n")[0])).toEqual(Array(3).fill("GET /status/4-05 HTTP/1.1"));
    for (const text of status.requests) expect(text).toContain(KEY);
    // Three pauses of a quarter of a second.
    expect(stamps.headers! - stamps.sent!).toBeGreaterThan(745_000);
  });

  it.each([
    [{ firstContentMs: 300, totalMs: 5000 }, "first-content"],
    [{ firstContentMs: 5000, totalMs: 300 }, "total"],
  ] as const)("for ever has timed out with limits %o", async (limits, where) => {
    const home = await serve((socket) => void socket.write(BUSY));
    const { failure: because } = await calling(home.origin, nvidiaChat(PLAIN, `${home.origin}/status`), { limits });
    expect(because).toMatchObject({ kind: "timeout", where });
  });

  it("is given up at once when the run is", async () => {
    const home = await serve((socket) => void socket.write(BUSY));
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 100);
    const wire: Wire = {
      ...openaiChat(PLAIN),
      follow: () => ({ request: { method: "GET", url: `${home.origin}/`, headers: {}, body: null }, afterMs: 4000 }),
    };
    const startMs = performance.now();
    const { outcome, reason } = await calling(home.origin, wire, { signal: ending.signal });
    expect([outcome, reason]).toEqual(["cancelled", "interrupt"]);
    expect(performance.now() - startMs).toBeLessThan(3500);
  });

  it("is led to no more than so many hosts", async () => {
    const others: WireServer[] = [];
    for (let i = 0; i < 9; i += 1) others.push(await serve((socket) => void socket.write(BUSY)));
    const home = await serve((socket) => void socket.write(BUSY));
    let next = 0;
    const wire: Wire = {
      ...openaiChat(PLAIN),
      follow: () => ({
        request: { method: "GET", url: `${others[next++]!.origin}/`, headers: {}, body: null },
        afterMs: 0,
      }),
    };
    const { failure: because } = await calling(home.origin, wire);
    expect(because).toMatchObject({ kind: "protocol", detail: expect.stringContaining("too many hosts") });
    expect(others.map(({ requests }) => requests.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  it("is led on no more than so many times", async () => {
    const home = await serve((socket) => void socket.write(BUSY));
    const wire: Wire = {
      ...openaiChat(PLAIN),
      follow: () => ({ request: { method: "GET", url: `${home.origin}/`, headers: {}, body: null }, afterMs: 0 }),
    };
    const limits = { firstContentMs: 60_000, totalMs: 60_000 };
    const { failure: because } = await calling(home.origin, wire, { limits });
    expect(because).toMatchObject({ kind: "protocol", detail: expect.stringContaining("3000 times") });
    expect(home.requests.length).toBe(3001);
  });
});

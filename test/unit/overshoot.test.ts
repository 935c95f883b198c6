import { afterEach, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import type { Attempt } from "../../src/run/call-once.ts";
import { callServer } from "../support/call.ts";
import {
  event,
  GOOD_ANSWER,
  pause,
  streamHead,
  textEvent,
  wireServer,
  type Script,
  type WireServer,
} from "../support/wire-server.ts";

let server: WireServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** One call against a server that follows a script. */
async function against(script: Script, isPast: Attempt["isPast"]): Promise<Observation> {
  server = await wireServer(script);
  const [called] = await callServer(server.origin, { isPast });
  return called!.observation;
}

describe("one call that goes past its reservation", () => {
  it("by its text is ended at once, and keeps what had come", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const observation = await against(
      async (socket) => {
        socket.on("close", () => resolve());
        socket.write(streamHead());
        while (socket.writable) {
          socket.write(textEvent(" word"));
          await pause(2);
        }
      },
      ({ chars }) => chars > 20,
    );
    expect(observation).toMatchObject({ outcome: "cancelled", reason: "overshoot", failure: null });
    expect(observation.response.chars).toBeGreaterThan(20);
    await closed;
  });

  it("by the server's running total is ended, with that total", async () => {
    const part = (total: number): string =>
      event({
        choices: [{ index: 0, delta: { content: " a" }, finish_reason: null }],
        usage: { prompt_tokens: 20, completion_tokens: total },
      });
    const observation = await against(
      (socket) => void socket.write(streamHead() + part(5) + part(50)),
      ({ usage }) => (usage?.output ?? 0) > 8,
    );
    expect(observation).toMatchObject({ outcome: "cancelled", reason: "overshoot", usage: { input: 20, output: 50 } });
  });

  it("in the same read as its end is completed: nothing is left to save", async () => {
    const observation = await against(
      (socket) => void socket.end(streamHead() + GOOD_ANSWER),
      ({ chars }) => chars > 1,
    );
    expect(observation).toMatchObject({ outcome: "completed", reason: null, usage: { output: 2 } });
  });
});

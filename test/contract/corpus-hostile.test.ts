import { describe, expect, it } from "vitest";
import { replay } from "../support/replay.ts";

/* What no honest server sends: built here, since it is large and has no shape worth keeping as bytes. */

const STREAM = { status: 200, headers: { "content-type": "text/event-stream" } };
const REFUSAL = { status: 500, headers: { "content-type": "application/json" } };

function event(data: string): Buffer {
  return Buffer.from(`data: ${data}\n\n`);
}

describe("a hostile server", () => {
  it.each([
    ["objects", '{"error":', "1", "}"],
    ["details", '{"detail":', "1", "}"],
    ["arrays", "[", "", "]"],
  ])("cannot exhaust the stack with %s nested in errors", (_name, open, core, close) => {
    const nested = (levels: number): string => open.repeat(levels) + core + close.repeat(levels);
    // As deep as the 64 KiB of a refusal and the 4 MiB of an event allow.
    expect(replay(REFUSAL, [Buffer.from(nested(6000))]).failure).toMatchObject({ kind: "server-error", status: 500 });
    expect(replay(REFUSAL, [Buffer.from(nested(32_000))]).failure).toMatchObject({ kind: "server-error", status: 500 });
    const inStream = replay(STREAM, [event(`{"error":${nested(250_000)}}`)]);
    expect(inStream).toMatchObject({ outcome: "failed", failure: { kind: "server-error", where: "stream" } });
  });

  it("cannot exhaust the stack with parts nested in content", () => {
    const nested = `${'[{"text":'.repeat(250_000)}"a"${"}]".repeat(250_000)}`;
    const chunk = `{"choices":[{"index":0,"delta":{"content":${nested}},"finish_reason":"stop"}]}`;
    expect(replay(STREAM, [event(chunk)])).toMatchObject({ outcome: "completed", response: { text: "" } });
  });

  it("cannot blow up a row with the code of an error or the name of a model", () => {
    const long = "x".repeat(1_000_000);
    const failed = replay(STREAM, [event(JSON.stringify({ error: { message: long, code: long } }))]);
    expect(failed.failure!.code!.length).toBeLessThanOrEqual(100);
    const finished = { model: long, choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] };
    expect(replay(STREAM, [event(JSON.stringify(finished))]).response.models[0]!.length).toBeLessThanOrEqual(200);
  });
});

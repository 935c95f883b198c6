import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/core/provider.ts";
import { EVENT_BYTES_MAX } from "../../src/protocol/limits.ts";
import { sseFramer } from "../../src/protocol/sse.ts";

/** Frames of a text that arrives in one read. */
function frames(text: string | Uint8Array): readonly Frame[] {
  return sseFramer().push(typeof text === "string" ? Buffer.from(text) : text);
}

function data(text: string): string[] {
  return frames(text).map((frame) => frame.data);
}

describe("server-sent events", () => {
  it("reads data with and without the space after the colon", () => {
    expect(data("data: a\n\ndata:b\n\n")).toEqual(["a", "b"]);
  });
  it("keeps all but the first space", () => {
    expect(data("data:  a \n\n")).toEqual([" a "]);
  });
  it("ends lines at LF, CRLF and CR alike", () => {
    expect(data("data: a\n\ndata: b\r\n\r\ndata: c\r\r")).toEqual(["a", "b", "c"]);
  });
  it("gives a frame whose lone CR is the last byte read in the same call", () => {
    const framer = sseFramer();
    expect(framer.push(Buffer.from("data: a\r\r"))).toEqual([{ event: null, data: "a" }]);
    expect(framer.push(Buffer.from("\ndata: b\r\r"))).toEqual([{ event: null, data: "b" }]);
  });
  it("joins several data lines with LF", () => {
    expect(data("data: a\ndata: b\ndata\n\n")).toEqual(["a\nb\n"]);
  });
  it("reads a field named error as the data of an event of that name", () => {
    expect(frames('error: {"code":500}\n\nerror:\n\ndata: a\n\n')).toEqual([
      { event: "error", data: '{"code":500}' },
      { event: "error", data: "" },
      { event: null, data: "a" },
    ]);
  });
  it("reads bare JSON as data, and an event named error without data", () => {
    expect(frames('{"error":"boom"}\n\nevent: error\n\ndata: a\n\n')).toEqual([
      { event: null, data: '{"error":"boom"}' },
      { event: "error", data: "" },
      { event: null, data: "a" },
    ]);
  });
  it("names the event and forgets the name after it", () => {
    expect(frames("event: ping\ndata: {}\n\ndata: a\n\n")).toEqual([
      { event: "ping", data: "{}" },
      { event: null, data: "a" },
    ]);
  });
  it("skips comments, unknown fields and events without data", () => {
    expect(data(": OPENROUTER PROCESSING\n\nid: 1\nretry: 10\nevent: x\n\nfoo: bar\ndatax: no\ndata: a\n\n")).toEqual([
      "a",
    ]);
  });
  it("skips a byte order mark at the start, and only there", () => {
    expect(data("\ufeffdata: a\n\n\ufeffdata: b\n\n")).toEqual(["a"]);
  });
  it("keeps NUL bytes in data", () => {
    expect(data("data: a\u0000b\n\n")).toEqual(["a\u0000b"]);
  });
  it("gives no frame for an event without its blank line", () => {
    expect(data("data: a\n")).toEqual([]);
  });
  it("accepts an event of 1 MB", () => {
    expect(data(`data: ${"x".repeat(1_000_000)}\n\n`)[0]).toHaveLength(1_000_000);
  });
  it("gives up on an event over the limit, in one line or in many", () => {
    const oneLine = sseFramer();
    for (let i = 0; i < 5; i += 1) oneLine.push(Buffer.alloc(1024 * 1024, 0x61));
    expect(oneLine.failure).toMatchObject({ kind: "too-large" });
    const manyLines = sseFramer();
    const line = Buffer.from(`data: ${"x".repeat(1000)}\n`);
    for (let bytes = 0; bytes <= EVENT_BYTES_MAX; bytes += line.length) manyLines.push(line);
    expect(manyLines.failure).toMatchObject({ kind: "too-large" });
  });
  it("does not take many small events for a large one", () => {
    const framer = sseFramer();
    const event = Buffer.from(`data: ${"x".repeat(1000)}\n\n`);
    for (let bytes = 0; bytes <= 2 * EVENT_BYTES_MAX; bytes += event.length) framer.push(event);
    expect(framer.failure).toBeNull();
  });
});

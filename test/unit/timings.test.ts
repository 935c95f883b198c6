import { describe, expect, it } from "vitest";
import type { ServerTimings, TimingsSource } from "../../src/core/provider.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { chunkTimings, headTimings } from "../../src/protocol/timings.ts";

const NOTHING: ServerTimings = { queueMs: null, ttftMs: null, promptMs: null, decodeMs: null, totalMs: null };

/** A chunk of each source, and what it says. */
const CHUNKS: Readonly<Record<TimingsSource, readonly [object, ServerTimings]>> = {
  groq: [
    {
      usage: {
        queue_time: 0.037493756,
        prompt_time: 0.000680594,
        completion_time: 0.463333333,
        total_time: 0.464013927,
      },
    },
    { queueMs: 37.493756, ttftMs: null, promptMs: 0.680594, decodeMs: 463.333333, totalMs: 464.013927 },
  ],
  cerebras: [
    {
      time_info: {
        queue_time: 0.000093189,
        prompt_time: 0.002155987,
        completion_time: 0.002688504,
        total_time: 0.007,
        created: 1,
      },
    },
    { queueMs: 0.093189, ttftMs: null, promptMs: 2.155987, decodeMs: 2.688504, totalMs: 7 },
  ],
  sambanova: [
    { usage: { time_to_first_token: 0.21, time_to_first_token_graph: 0.2, total_latency: 1.5, start_time: 1.7e9 } },
    { ...NOTHING, ttftMs: 210, totalMs: 1500 },
  ],
  fireworks: [
    {
      perf_metrics: {
        "server-time-to-first-token": "0.31",
        "server-processing-time": 2.25,
        "prefill-queue-duration": 0.01,
        "prefill-duration": 0.2,
        "generation-duration": 1.9,
      },
    },
    { queueMs: 10, ttftMs: 310, promptMs: 200, decodeMs: 1900, totalMs: 2250 },
  ],
  "llama.cpp": [
    { timings: { prompt_n: 57, prompt_ms: 7.397, predicted_n: 5, predicted_ms: 1.909, predicted_per_second: 2600 } },
    { ...NOTHING, promptMs: 7.397, decodeMs: 1.909 },
  ],
};
const SOURCES = Object.keys(CHUNKS) as TimingsSource[];

describe("the server's own clock", () => {
  it.each(SOURCES)("is read in milliseconds where %s tells it", (source) => {
    const [chunk, server] = CHUNKS[source];
    expect(chunkTimings(source, chunk as { readonly [key: string]: unknown })).toEqual(server);
  });

  it.each(
    SOURCES.flatMap((reader) => SOURCES.filter((other) => other !== reader).map((other) => [reader, other] as const)),
  )("of %s is not taken from what %s says", (reader, other) => {
    const [chunk] = CHUNKS[other];
    // Groq and SambaNova both speak in `usage`, under different names.
    expect(chunkTimings(reader, chunk as { readonly [key: string]: unknown })).toBeNull();
  });

  it("of Groq is found under x_groq too", () => {
    const usage = { queue_time: 0.5, prompt_time: 0.25, completion_time: 1, total_time: 1.25 };
    const server = { queueMs: 500, ttftMs: null, promptMs: 250, decodeMs: 1000, totalMs: 1250 };
    expect(chunkTimings("groq", { x_groq: { id: "req", usage } })).toEqual(server);
    expect(chunkTimings("groq", { usage: { prompt_tokens: 1 }, x_groq: { usage } })).toEqual(server);
  });

  it("of Fireworks stands in the head already, in seconds", () => {
    const headers = { "fireworks-server-time-to-first-token": "7.328", "server-timing": "total;dur=8190.0" };
    expect(headTimings("fireworks", { status: 200, headers })).toEqual({ ...NOTHING, ttftMs: 7328 });
    expect(headTimings("fireworks", { status: 200, headers: {} })).toBeNull();
    expect(headTimings("groq", { status: 200, headers })).toBeNull();
  });

  it("in the head comes as a part before those of the first frame, once", () => {
    const headers = { "fireworks-server-time-to-first-token": "0.5" };
    const read = openaiChat({ ...PLAIN, timings: "fireworks" }).reader({ status: 200, headers });
    const frame = { event: null, data: JSON.stringify({ choices: [{ index: 0, delta: { content: "a" } }] }) };
    expect(read(frame).map(({ type }) => type)).toEqual(["timings", "content"]);
    expect(read(frame).map(({ type }) => type)).toEqual(["content"]);
  });

  it.each([[null], ["soon"], [-1], [Number.NaN], [Infinity], [{}], [true], ["1e3"]])("is not %j", (value) => {
    expect(chunkTimings("cerebras", { time_info: { queue_time: value } })).toBeNull();
    expect(chunkTimings("cerebras", { time_info: value })).toBeNull();
  });

  it("is not read from a server that is not known to tell it", () => {
    const read = openaiChat(PLAIN).reader({ status: 200, headers: {} });
    expect(read({ event: null, data: JSON.stringify({ choices: [], ...CHUNKS["llama.cpp"][0] }) })).toEqual([]);
  });
});

import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { callServer } from "../support/call.ts";
import { readCorpus } from "../support/corpus.ts";
import { cutAt, eventEnds } from "../support/replay.ts";
import { GOOD_ANSWER, pause, wireServer, type WireServer } from "../support/wire-server.ts";

let server: WireServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** The three ways in which HTTP/1.1 says where a body ends. */
const FRAMINGS = ["chunked", "content-length", "end of connection"] as const;
type Framing = (typeof FRAMINGS)[number];

/** A head for a body of this length, and the body as it goes out in that framing; `rest` is what HTTP wants behind it. */
function framed(
  framing: Framing,
  pieces: readonly Buffer[],
): { head: string; pieces: readonly Buffer[]; rest: string } {
  const start = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
  switch (framing) {
    case "chunked":
      return {
        head: `${start}transfer-encoding: chunked\r\n\r\n`,
        pieces: pieces.map((piece) =>
          Buffer.from(`${piece.length.toString(16)}\r\n${piece.toString("latin1")}\r\n`, "latin1"),
        ),
        rest: "0\r\n\r\n",
      };
    case "content-length":
      return { head: `${start}content-length: ${Buffer.concat(pieces).length}\r\n\r\n`, pieces, rest: "" };
    case "end of connection":
      return { head: `${start}connection: close\r\n\r\n`, pieces, rest: "" };
  }
}

/** The good answer, event by event: role, text, text, finish, usage, terminator. */
const EVENTS = cutAt(Buffer.from(GOOD_ANSWER), eventEnds(Buffer.from(GOOD_ANSWER)).slice(0, -1));
const FINISH = 4;

/** How far the server comes before the connection breaks, in order on the wire. */
const STAGES = {
  "before any byte": () => "",
  "within the status line": () => "HTTP/1.1 20",
  "within the headers": () => "HTTP/1.1 200 OK\r\ncontent-type: text/ev",
  "after the headers": (framing: Framing) => sent(framing, 0, 0),
  "within an event": (framing: Framing) => sent(framing, 2, 9),
  "between two events": (framing: Framing) => sent(framing, 2, 0),
  "after the finish reason": (framing: Framing) => sent(framing, FINISH, 0),
  "after the terminator": (framing: Framing) => sent(framing, EVENTS.length, 0),
} as const;

/** So many whole events and so many bytes of the next. */
function sent(framing: Framing, events: number, bytes: number): string {
  const { head, pieces } = framed(framing, EVENTS);
  const body = [...pieces.slice(0, events), (pieces[events] ?? Buffer.alloc(0)).subarray(0, bytes)];
  return head + Buffer.concat(body).toString("latin1");
}

const BREAKS = {
  reset: (socket: Socket) => socket.resetAndDestroy(),
  end: (socket: Socket) => socket.end(),
};

/** Kind and stage, or completed and the flags that say what is missing. */
function named({ outcome, failure, flags }: Observation): string {
  if (failure !== null) return `${failure.kind}, ${failure.where}`;
  return [outcome, ...flags.filter((flag) => flag !== "coalesced")].join(", ");
}

const OUTCOMES: Readonly<Record<keyof typeof STAGES, Readonly<Record<keyof typeof BREAKS, string>>>> = {
  "before any byte": { reset: "network, headers", end: "network, headers" },
  "within the status line": { reset: "network, headers", end: "network, headers" },
  "within the headers": { reset: "network, headers", end: "network, headers" },
  "after the headers": { reset: "network, stream", end: "truncated, stream" },
  "within an event": { reset: "network, stream", end: "truncated, stream" },
  "between two events": { reset: "network, stream", end: "truncated, stream" },
  "after the finish reason": { reset: "completed, no_terminator, no_usage", end: "completed, no_terminator, no_usage" },
  "after the terminator": { reset: "completed", end: "completed" },
};

function outcomeOf(framing: Framing, stage: keyof typeof STAGES, way: keyof typeof BREAKS): string {
  // Where the end of the connection is the end of the body, undici takes a reset for it.
  const isEnd = framing === "end of connection" && OUTCOMES[stage][way] === "network, stream";
  return OUTCOMES[stage][isEnd ? "end" : way];
}

const table = FRAMINGS.flatMap((framing) =>
  (Object.keys(BREAKS) as (keyof typeof BREAKS)[]).flatMap((way) =>
    (Object.keys(STAGES) as (keyof typeof STAGES)[]).map(
      (stage) => [framing, way, stage, outcomeOf(framing, stage, way)] as const,
    ),
  ),
);

describe("a connection that breaks", () => {
  it.each(table)("%s: a %s %s is %s", async (framing, way, stage, outcome) => {
    server = await wireServer(async (socket) => {
      socket.write(Buffer.from(STAGES[stage](framing), "latin1"));
      // A reset discards what the far side has not taken yet.
      await pause(30);
      BREAKS[way](socket);
    });
    const [called] = await callServer(server.origin);
    expect(named(called!.observation)).toBe(outcome);
  });
});

describe("the corpus over a real connection", () => {
  it.each(FRAMINGS)("means the same, %s", async (framing) => {
    // Pages and refusals have heads of their own; megabytes are cut elsewhere.
    const bodies = readCorpus().filter(
      ({ expected, bytes }) => expected.failure?.where !== "headers" && bytes.length < 16_384,
    );
    let turn = 0;
    server = await wireServer((socket) => {
      const { bytes } = bodies[turn]!;
      turn += 1;
      const { head, pieces, rest } = framed(
        framing,
        cutAt(bytes, eventEnds(bytes)).filter((piece) => piece.length > 0),
      );
      socket.write(head);
      for (const piece of pieces) socket.write(piece);
      socket.write(rest);
      if (framing === "end of connection") socket.end();
    });
    const called = await callServer(server.origin, { count: bodies.length });
    const seen = called.map(({ observation: { outcome, failure, finish, events, response, usage } }) => ({
      outcome,
      kind: failure?.kind ?? null,
      finish,
      events: [events.content, events.total],
      chars: response.chars,
      usage: usage === null ? null : Object.values(usage),
    }));
    expect(seen).toEqual(
      bodies.map(({ expected }) => ({
        outcome: expected.outcome,
        kind: expected.failure?.kind ?? null,
        finish: expected.finish,
        events: expected.events,
        chars: expected.text.length,
        usage: expected.usage,
      })),
    );
  });
});

import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { makeTarget, UNSET } from "../../src/cli/make-target.ts";
import type { Wire } from "../../src/core/provider.ts";
import { loadModule } from "../../src/registry.ts";
import type { Called } from "../../src/run/call-once.ts";
import { callServer } from "../support/call.ts";
import { cutName, dueOf } from "../support/cloud-cuts.ts";
import { framesOf, headOf, readCloudFixture, type CloudFixture } from "../support/cloud-fixtures.ts";
import { serve } from "../support/exchanges.ts";
import { pause, type WireServer } from "../support/wire-server.ts";

/*
 * The hard wires over real connections, broken behind every byte of a good answer. A reset may take with it what had not
 * been read, so the rule is held against the bytes that had come; an end takes nothing.
 */

const BREAKS = {
  reset: (socket: Socket) => socket.resetAndDestroy(),
  end: (socket: Socket) => socket.end(),
} as const;
type Break = keyof typeof BREAKS;

/** The ways in which HTTP/1.1 says where a body ends, taken in turn. */
const LENGTHS = ["content-length", "chunked", "connection"] as const;
const AT_ONCE = 48;
const TIME_LIMIT_MS = 120_000;

function headText(fixture: CloudFixture, length: (typeof LENGTHS)[number], bytes: number, cut: number): string {
  const means = {
    "content-length": `content-length: ${bytes}`,
    chunked: "transfer-encoding: chunked",
    connection: "connection: close",
  };
  const type = headOf(fixture).headers["content-type"];
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\nx-cut: ${cut}\r\n${means[length]}\r\n\r\n`;
}

/** So much of the answer, one frame a write and a chunk. */
function piecesUpTo(fixture: CloudFixture, length: (typeof LENGTHS)[number], cut: number): Buffer[] {
  let left = cut;
  return framesOf(fixture).flatMap((frame) => {
    const piece = frame.subarray(0, left);
    left -= piece.length;
    if (piece.length === 0) return [];
    if (length !== "chunked") return [piece];
    // The chunk is as long as the whole frame: it breaks off inside.
    const end = piece.length === frame.length ? "\r\n" : "";
    return [Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), piece, Buffer.from(end)])];
  });
}

/** Serves a good answer that breaks off, with the first exchange of a call that has two. */
function breakingServer(fixture: CloudFixture, way: Break, cuts: Iterator<number>): Promise<WireServer> {
  const total = Buffer.concat(framesOf(fixture)).length;
  const server: Promise<WireServer> = serve(async (socket, request) => {
    if (fixture.id === "replicate" && request.startsWith("POST")) {
      const { origin } = await server;
      const body = JSON.stringify({ id: "1", urls: { stream: `${origin}/stream/1` } });
      const head = `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
      socket.write(head + body);
      return;
    }
    const cut = cuts.next().value as number;
    const length = LENGTHS[cut % LENGTHS.length]!;
    socket.write(headText(fixture, length, total, cut));
    for (const piece of piecesUpTo(fixture, length, cut)) socket.write(piece);
    await pause(5);
    BREAKS[way](socket);
  });
  return server;
}

/** What is wrong with one call, in words; nothing when all is well. */
function wrongs({ observation, text, head }: Called, way: Break, fixture: CloudFixture, wire: Wire): readonly string[] {
  const cut = Number(head?.headers["x-cut"]);
  const got = cutName(observation);
  // What a reset took before the headers were read leaves nothing to judge by.
  if (head === null) return way === "reset" && got === "network" ? [] : [`no headers: ${got}`];
  const { bytes } = observation.response;
  // Where the end of the connection is the end of the body, a reset is taken for it.
  const isEnd = way === "end" || LENGTHS[cut % LENGTHS.length] === "connection";
  const due = dueOf(fixture, wire)(bytes, isEnd ? "truncated" : "network");
  const named = `cut at ${cut}, ${way}`;
  return [
    ...(got === due ? [] : [`${named}: ${got} instead of ${due}`]),
    ...(way === "end" && bytes !== cut ? [`${named}: ${bytes} bytes came`] : []),
    ...(fixture.answer.text.startsWith(text?.whole ?? "") ? [] : [`${named}: text that was never sent`]),
  ];
}

const WIRES = ["bedrock", "bedrock-invoke", "oci", "watsonx", "replicate", "ollama"];

describe.each(WIRES)("%s, broken behind every byte over real connections", (id) => {
  it.each(Object.keys(BREAKS) as Break[])(
    "by %s, is a named failure or whole",
    async (way) => {
      const fixture = readCloudFixture(id);
      const entry = { ...UNSET, id, provider: id, model: fixture.model };
      const wire = (await loadModule(id, null)).wire(await makeTarget(entry, null, fixture.variables ?? {}));
      const total = Buffer.concat(framesOf(fixture)).length;
      const cuts = Array.from({ length: total + 1 }, (_, cut) => cut);
      const { origin } = await breakingServer(fixture, way, cuts.values());
      const called: Called[] = [];
      for (let from = 0; from < cuts.length; from += AT_ONCE) {
        const count = Math.min(AT_ONCE, cuts.length - from);
        called.push(...(await callServer(origin, { wire, count, atOnce: true })));
      }
      expect(called.length).toBe(total + 1);
      expect(called.flatMap((each) => wrongs(each, way, fixture, wire))).toEqual([]);
      // What is said of answers is said of some: not every reset takes the headers with it.
      expect(called.some(({ head }) => head !== null)).toBe(true);
    },
    TIME_LIMIT_MS,
  );
});

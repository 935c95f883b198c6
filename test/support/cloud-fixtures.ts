import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureKind } from "../../src/core/failure.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { ObservationFlag } from "../../src/core/observation.ts";
import type { FinishReason, Framing, Proof, ServerTimings } from "../../src/core/provider.ts";
import { eventMessage, exceptionMessage, messageOf, textHeader } from "./event-stream.ts";

/** One event of a stream before it has bytes: its name, or that of an exception, and what it says. */
interface FrameFixture {
  readonly event?: string | null;
  readonly exception?: string;
  /** An error in the headers of a message, by its code. */
  readonly error?: string;
  readonly id?: string;
  readonly data: JsonObject | string;
}

/** What is known of the wire of a provider with code: `test/fixtures/<id>/fixture.json`, written down by hand. */
export interface CloudFixture {
  readonly id: string;
  /** Equal to the proof in the provider's file. */
  readonly origin: Proof["kind"];
  readonly source: string | null;
  readonly date: string | null;
  readonly model: string;
  /** Of the environment, for the address. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonObject;
  };
  readonly framing: Framing;
  readonly frames: readonly FrameFixture[];
  readonly answer: {
    readonly text: string;
    readonly usage: readonly [number | null, number | null, number | null] | null;
    readonly finish: FinishReason | null;
    readonly flags: readonly ObservationFlag[];
    /** With content, and all. */
    readonly events: readonly [number, number];
    /** Frames after which the finish reason, and the terminator, are read; null for what does not come. */
    readonly finishedBy: number | null;
    readonly doneBy: number | null;
    readonly totals?: readonly number[];
    readonly server: ServerTimings | null;
  };
  readonly streamErrors: readonly {
    readonly frame: FrameFixture;
    readonly kind: FailureKind;
    readonly code: string | null;
  }[];
  readonly refusals: readonly {
    readonly what: string;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonObject | string;
    readonly kind: FailureKind;
    readonly code: string | null;
  }[];
}

const CONTENT_TYPES: Readonly<Record<Framing, string>> = {
  sse: "text/event-stream; charset=utf-8",
  ndjson: "application/x-ndjson",
  "aws-event-stream": "application/vnd.amazon.eventstream",
};

export function readCloudFixture(id: string): CloudFixture {
  const path = join(import.meta.dirname, "../fixtures", id, "fixture.json");
  return { id, ...(JSON.parse(readFileSync(path, "utf8")) as Omit<CloudFixture, "id">) };
}

/** The head of a good answer. */
export function headOf({ framing }: CloudFixture) {
  return { status: 200, headers: { "content-type": CONTENT_TYPES[framing] } };
}

/** The bytes of one frame, by an encoder that shares nothing with the reader. */
export function encodedFrame(framing: Framing, frame: FrameFixture): Buffer {
  const text = typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data);
  switch (framing) {
    case "ndjson":
      return Buffer.from(`${text}\n`);
    case "sse": {
      const fields = [
        ...(frame.id === undefined ? [] : [`id: ${frame.id}`]),
        ...((frame.event ?? null) === null ? [] : [`event: ${frame.event}`]),
        ...text.split("\n").map((line) => `data: ${line}`),
      ];
      return Buffer.from(`${fields.join("\n")}\n\n`);
    }
    case "aws-event-stream": {
      if (frame.exception !== undefined) return exceptionMessage(frame.exception, frame.data);
      if (frame.error === undefined) return eventMessage(frame.event ?? "", frame.data);
      const headers = { ":message-type": "error", ":error-code": frame.error, ":error-message": text };
      return messageOf(
        Object.entries(headers).map(([name, value]) => textHeader(name, value)),
        "",
      );
    }
  }
}

/** The frames of a good answer as bytes, one each. */
export function framesOf({ framing, frames }: CloudFixture): readonly Buffer[] {
  return frames.map((frame) => encodedFrame(framing, frame));
}

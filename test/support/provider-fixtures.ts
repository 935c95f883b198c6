import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureKind } from "../../src/core/failure.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { ObservationFlag } from "../../src/core/observation.ts";
import type { FinishReason, Proof, RateWindow, ServerTimings } from "../../src/core/provider.ts";
import { parseRecording, type Recording } from "../../src/store/recording.ts";

/** A response that is no answer, in the words of one provider, and what it means. */
export interface RefusalFixture {
  readonly what: string;
  readonly origin: "published" | "constructed";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly kind: FailureKind;
  readonly code: string | null;
  readonly retryAfterMs: number | null;
  readonly windows: readonly RateWindow[];
}

/** What is known of one provider's wire: `test/fixtures/<id>/fixture.json`, written down by hand from what its origin says. */
export interface ProviderFixture {
  readonly id: string;
  /** Equal to the proof in the provider's file. `published`: the shape of a public capture, text our own. */
  readonly origin: Proof["kind"];
  readonly source: string | null;
  readonly date: string | null;
  /** Canonical model whose id is asked for and echoed. */
  readonly model: string;
  readonly request: { readonly url: string; readonly body: JsonObject };
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
    /** Input, output, cached; null when none is reported. */
    readonly usage: readonly [number | null, number | null, number | null] | null;
    readonly finish: FinishReason;
    readonly flags: readonly ObservationFlag[];
    /** With content, and all. */
    readonly events: readonly [number, number];
    readonly server: ServerTimings | null;
  };
  /** An error in place of the second event. */
  readonly streamError: { readonly event: JsonObject; readonly kind: FailureKind };
  readonly refusals: readonly RefusalFixture[];
  /** `answer.sse` */
  readonly bytes: Buffer;
  /** Every `*.recording.json` that `herdbench record` made. */
  readonly recordings: readonly Recording[];
}

const FOLDER = join(import.meta.dirname, "../fixtures");

export function readProviderFixture(id: string): ProviderFixture {
  const folder = join(FOLDER, id);
  const file = JSON.parse(readFileSync(join(folder, "fixture.json"), "utf8")) as Omit<
    ProviderFixture,
    "id" | "bytes" | "recordings"
  >;
  const recordings = readdirSync(folder)
    .filter((name) => name.endsWith(".recording.json"))
    .map((name) => parseRecording(readFileSync(join(folder, name), "utf8"), name));
  return { id, ...file, bytes: readFileSync(join(folder, "answer.sse")), recordings };
}

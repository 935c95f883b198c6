import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureKind } from "../../src/core/failure.ts";
import type { ObservationFlag, Outcome } from "../../src/core/observation.ts";
import type { FinishReason } from "../../src/core/provider.ts";

/** What a body of the corpus means: written down by hand, never taken from what the readers said. */
export interface Expected {
  readonly outcome: Extract<Outcome, "completed" | "failed">;
  readonly failure: {
    readonly kind: FailureKind;
    readonly where: string;
    readonly status: number;
    /** Absent where the fixture does not care. */
    readonly code?: string | null;
  } | null;
  /** As when each event comes in a read of its own. */
  readonly flags: readonly ObservationFlag[];
  /** With content, and all. */
  readonly events: readonly [number, number];
  /** In order, as words: `text Frost`, `usage 12/2/-` (input, output, cached), `error overloaded`. */
  readonly parts: readonly string[];
  readonly text: string;
  /** Input, output, cached; null when none was reported. */
  readonly usage: readonly [number | null, number | null, number | null] | null;
  readonly finish: FinishReason | null;
  /** Running totals of output tokens at each content event; absent where the fixture is about something else. */
  readonly totals?: readonly (number | null)[];
}

/** One body of the corpus with the head of the response that carries it. */
export interface Fixture {
  readonly name: string;
  /** What it proves, as a sentence. */
  readonly title: string;
  readonly bytes: Buffer;
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  readonly expected: Expected;
}

interface Entry {
  readonly title: string;
  /** `published`: the shape of a public capture or document, text our own; `constructed`: from a standard or for a fault. */
  readonly origin: "published" | "constructed";
  readonly source: string;
  readonly head?: Fixture["head"];
  /** So many characters stand for `{{fill}}`, in body and expectations: megabytes are not kept as files. */
  readonly fillChars?: number;
  readonly expected: Expected;
}

const FILL = "{{fill}}";
const STREAM: Fixture["head"] = { status: 200, headers: { "content-type": "text/event-stream" } };

export const CORPUS_FOLDER = join(import.meta.dirname, "../fixtures/openai-chat");

/** The model that the corpus' requests ask for. */
const CORPUS_MODEL = "meta-llama/Llama-3.1-405B-Instruct";

export const isCorpusModel = (echoed: string): boolean => echoed === CORPUS_MODEL;

/** Every body of `test/fixtures/openai-chat/`, in the order of its index. */
export function readCorpus(): readonly Fixture[] {
  const index = JSON.parse(readFileSync(join(CORPUS_FOLDER, "index.json"), "utf8")) as Record<string, Entry>;
  return Object.entries(index).map(([name, { title, head, fillChars, expected }]) => {
    const bytes = readFileSync(join(CORPUS_FOLDER, `${name}.sse`));
    const fixture = { name, title, head: head ?? STREAM };
    if (fillChars === undefined) return { ...fixture, bytes, expected };
    const fill = (text: string): string => text.replace(FILL, "x".repeat(fillChars));
    const { parts, text } = expected;
    return {
      ...fixture,
      bytes: Buffer.from(fill(bytes.toString("utf8"))),
      expected: { ...expected, parts: parts.map(fill), text: fill(text) },
    };
  });
}

import { z } from "zod";
import type { Same } from "./same.ts";
import { contentError } from "./store-error.ts";

/**
 * One exchange as it went over the wire, for tests to replay: the proof of a provider's dialect. Credentials are never in
 * it; what the request carried of them is left out, and a response that repeats one is not recorded at all.
 */
export interface Recording {
  readonly v: 1;
  readonly provider: string;
  readonly model: string;
  /** `recorded`: by ourselves from the live endpoint; the simulator's own answers say so. */
  readonly origin: "recorded" | "simulated";
  /** Wall time of the first byte sent, ISO 8601 UTC. */
  readonly recordedAt: string;
  readonly toolVersion: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  /** Reads in order: milliseconds after the request was sent, and the bytes in base64. */
  readonly reads: readonly { readonly atMs: number; readonly base64: string }[];
  /** Code of the error that ended it; null for a proper end. */
  readonly error: string | null;
}

const text = z.string();
const headers = z.record(text, text);

const recordingSchema = z.object({
  v: z.literal(1),
  provider: text,
  model: text,
  origin: z.enum(["recorded", "simulated"]),
  recordedAt: z.iso.datetime(),
  toolVersion: text,
  request: z.object({ method: text, url: text, headers, body: text.nullable() }),
  response: z.object({ status: z.int(), headers }),
  reads: z.array(z.object({ atMs: z.number().nonnegative(), base64: z.base64() })),
  error: text.nullable(),
});

true satisfies Same<z.infer<typeof recordingSchema>, Recording>;

/** As text, one read a line, so that a change of one byte is one line of a diff. */
export function recordingText({ reads, ...rest }: Recording): string {
  const head = JSON.stringify({ ...rest, reads: [] }, null, 2);
  const lines = reads.map((read) => `    ${JSON.stringify(read)}`).join(",\n");
  return `${head.replace(/"reads": \[\]/, () => `"reads": [\n${lines}\n  ]`)}\n`;
}

/** @throws StoreError when the text is no recording */
export function parseRecording(source: string, path: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw contentError(path, `${path} is not JSON`);
  }
  const parsed = recordingSchema.safeParse(value);
  if (!parsed.success) throw contentError(path, `${path} is no recording: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { FaultName } from "./fault.ts";

/**
 * What the server knows of one chat request: the truth that a client's figures are held against. Moments are nanoseconds
 * after `received` unless stated; null for what did not happen.
 */
export interface LedgerRecord {
  /** In the order in which requests were read, from 1. */
  readonly seq: number;
  readonly profile: string;
  readonly path: string;
  /** Unique per connection, from 1 in order of their first requests. */
  readonly connection: number;
  /** Index of the replica that the connection sticks to. */
  readonly replica: number;
  /** Factor on all times of service: the replica's times the drift's. */
  readonly slowness: number;
  /** Head of the request read: host's monotonic clock (`process.hrtime`), nanoseconds as a decimal string. */
  readonly firstByteReceived: string;
  /** Request read fully: the same clock. */
  readonly received: string;
  /** White-space separated words of all messages. */
  readonly promptWords: number | null;
  /** Prompt tokens as usage reports them. */
  readonly promptTokens: number | null;
  /** Of those, what the prefix cache had; null without one. */
  readonly cachedTokens: number | null;
  readonly maxTokens: number | null;
  /** sha256 of the last user message, hex. */
  readonly promptHash: string | null;
  /** HTTP status sent. */
  readonly status: number | null;
  readonly fault: FaultName | null;
  /** Time spent waiting for capacity, milliseconds; null when the request never got as far. */
  readonly queueMs: number | null;
  readonly tokensPerEvent: number;
  /** Just before the headers were written. */
  readonly headers: number | null;
  /** Just before each content event was written. */
  readonly events: readonly number[];
  readonly firstContent: number | null;
  readonly lastContent: number | null;
  /** Just before the last write or the destruction, or when the client's close was seen. */
  readonly end: number;
  /** Content tokens written. */
  readonly tokens: number;
  /** Worst lateness of a content event against its schedule, microseconds. */
  readonly latenessUsMax: number | null;
  readonly closedByClient: boolean;
}

/** Records kept in memory; the oldest go first. A file keeps all. */
export const LEDGER_RECORDS_MAX = 10_000;
/** Bytes that a slow disk may fall behind by. */
const FILE_BACKLOG_BYTES_MAX = 64 * 1024 * 1024;

export interface Ledger {
  add(record: LedgerRecord): void;
  records(): readonly LedgerRecord[];
  /** Why the file could not be written; null as long as it could. */
  fileError(): Error | null;
  /** Flushes the file. Rejects when any of it could not be written. */
  close(): Promise<void>;
}

/**
 * @param file NDJSON, appended to; null for none
 * @throws when the file cannot be opened
 */
export async function openLedger(file: string | null): Promise<Ledger> {
  const records: LedgerRecord[] = [];
  let error: Error | null = null;
  const stream = file === null ? null : createWriteStream(file, { flags: "a" });
  if (stream !== null) {
    await once(stream, "open");
    stream.on("error", (cause) => (error ??= cause));
  }
  return {
    add: (record) => {
      records.push(record);
      if (records.length > LEDGER_RECORDS_MAX) records.shift();
      if (stream === null || stream.destroyed || stream.writableEnded) return;
      stream.write(`${JSON.stringify(record)}\n`);
      if (stream.writableLength > FILE_BACKLOG_BYTES_MAX) stream.destroy(new Error("the ledger's disk is too slow"));
    },
    records: () => [...records],
    fileError: () => error,
    close: async () => {
      if (stream === null) return;
      if (!stream.destroyed) await finished(stream.end());
      if (error !== null) throw error;
    },
  };
}

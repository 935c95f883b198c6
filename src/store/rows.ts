import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { RowFile } from "./files.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

/** Rows of one file by id, in file order. */
export interface Rows<Row> {
  readonly byId: ReadonlyMap<string, Row>;
  /** What was mended or skipped, one sentence each. */
  readonly warnings: readonly string[];
}

/** The part of a zod schema that is used here. */
export interface RowSchema<Row> {
  safeParse(value: unknown): { success: true; data: Row } | { success: false };
}

/** A longer line is no row of ours: the events of a full 64 MiB response stay below. */
const LINE_BYTES_MAX = 256 * 1024 * 1024;
/** Rows of one file that fit in memory; beyond it, shards should be reported one by one. */
const ROWS_MAX = 10_000_000;
/** Damaged lines told one by one; the rest is counted. */
const WARNINGS_MAX = 20;

const NEWLINE = 0x0a;

/**
 * Reads `<file>.gz` or `<file>` of a run folder; an absent file has no rows. A line that is not a row (torn by a crash,
 * damaged, of another shape) is skipped with a warning, and of two rows with one id the first is kept. Throws
 * StoreError when the disk refuses.
 */
export async function readRows<Row extends { readonly id: string }>(
  folder: string,
  file: RowFile,
  schema: RowSchema<Row>,
): Promise<Rows<Row>> {
  const source = await findSource(folder, file);
  if (source === null) return { byId: new Map(), warnings: [] };
  const byId = new Map<string, Row>();
  const warnings = warningList(source.name);
  let lineNumber = 0;
  const take = (line: Line): void => {
    lineNumber += 1;
    const row = parseRow(line.bytes, schema);
    if (row === "blank") return;
    if (row === "damaged") warnings.add(`${source.name} line ${lineNumber} ${damage(line)} and was skipped`);
    else if (byId.has(row.id)) {
      warnings.add(`${source.name} line ${lineNumber} repeats id ${row.id}: the first one counts`);
    } else byId.set(row.id, row);
    if (byId.size > ROWS_MAX) throw contentError(source.path, `${source.path} has more than ${ROWS_MAX} rows`);
  };
  try {
    for await (const line of lines(source.path)) take(line);
  } catch (cause) {
    if (!isDamagedGzip(cause)) throw storeError("read", source.path, cause);
    warnings.add(`${source.name} is damaged after line ${lineNumber}: what follows is lost`);
  }
  return { byId, warnings: warnings.all() };
}

function damage({ terminated }: Line): string {
  return terminated ? "is damaged" : "is torn (the last write was cut off)";
}

/** The compressed file wins: it was renamed into place complete, and the plain one is what a crash left behind. */
export async function findSource(folder: string, file: RowFile): Promise<{ path: string; name: string } | null> {
  for (const name of [`${file}.gz`, file]) {
    const path = join(folder, name);
    try {
      await access(path);
      return { path, name };
    } catch (cause) {
      if (errorCode(cause) !== "ENOENT") throw storeError("read", path, cause);
    }
  }
  return null;
}

export interface Line {
  readonly bytes: Buffer;
  /** False for a last line without its line end. */
  readonly terminated: boolean;
}

/** Splits a file, unzipped when it ends in `.gz`, into lines without ever holding it whole. */
export async function* lines(path: string): AsyncGenerator<Line> {
  const raw = createReadStream(path);
  // An error of either stream surfaces in the loop below, so the callback has nothing to add.
  const stream = path.endsWith(".gz") ? pipeline(raw, createGunzip(), () => undefined) : raw;
  let parts: Buffer[] = [];
  let partsBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield { bytes: Buffer.concat([...parts, chunk.subarray(start, end)]), terminated: true };
      parts = [];
      partsBytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    partsBytes += chunk.length - start;
    if (partsBytes > LINE_BYTES_MAX)
      throw contentError(path, `${path} has a line of more than ${LINE_BYTES_MAX} bytes`);
  }
  if (partsBytes > 0) yield { bytes: Buffer.concat(parts), terminated: false };
}

/** One line as a row. */
export function parseRow<Row>(bytes: Buffer, schema: RowSchema<Row>): Row | "blank" | "damaged" {
  const line = bytes.toString("utf8").trim();
  if (line === "") return "blank";
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : "damaged";
  } catch {
    return "damaged";
  }
}

function isDamagedGzip(error: unknown): boolean {
  return errorCode(error)?.startsWith("Z_") ?? false;
}

/** Keeps the first {@link WARNINGS_MAX} warnings and counts the rest. */
function warningList(name: string): { add(text: string): void; all(): readonly string[] } {
  const kept: string[] = [];
  let more = 0;
  return {
    add: (text) => {
      if (kept.length < WARNINGS_MAX) kept.push(text);
      else more += 1;
    },
    all: () => (more === 0 ? kept : [...kept, `${name}: ${more} more such lines`]),
  };
}

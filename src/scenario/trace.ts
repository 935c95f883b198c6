import type { TraceLoad } from "../core/load.ts";
import { isObject } from "../core/json.ts";
import type { Us } from "../core/units.ts";
import { lineProblems } from "./line-problems.ts";

/** One request of a trace. */
export interface TraceRow {
  /** After the first one. */
  readonly atUs: Us;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Ids of its prompt's blocks, equal where prompts begin alike; null where the format does not say. */
  readonly blocks: readonly number[] | null;
}

/** Rows in order of time, or everything that is wrong with the text, by line. */
export type TraceResult =
  | { readonly ok: true; readonly rows: readonly TraceRow[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What one line says, its time not yet counted from the first; or what is wrong with it. */
type Read = TraceRow | string;

const TOKENS_MAX = 10_000_000;
const AZURE_COLUMNS = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const;

/**
 * Reads a trace. `azure`: CSV with the columns TIMESTAMP (UTC, `2023-11-16 18:17:03.9799600`), ContextTokens and
 * GeneratedTokens. `mooncake`: JSON lines with `timestamp` (ms), `input_length`, `output_length` and `hash_ids`.
 */
export function parseTrace(text: string, format: TraceLoad["format"]): TraceResult {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = format === "azure" ? (lines[0] ?? "").split(",") : null;
  const missing = header === null ? [] : AZURE_COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) return { ok: false, problems: [`line 1: must name the column ${missing.join(", ")}`] };
  const read = header === null ? readMooncake : azureReader(header);
  const problems = lineProblems();
  const rows: TraceRow[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === "" || (i === 0 && header !== null)) return;
    const row = read(line);
    if (typeof row === "string") problems.add(i + 1, row);
    else rows.push(row);
  });
  if (problems.any()) return { ok: false, problems: problems.sentences() };
  if (rows.length === 0) return { ok: false, problems: ["holds no request"] };
  const sorted = rows.toSorted((a, b) => a.atUs - b.atUs);
  const firstUs = sorted[0]!.atUs;
  return { ok: true, rows: sorted.map((row) => ({ ...row, atUs: row.atUs - firstUs })) };
}

function azureReader(header: readonly string[]): (line: string) => Read {
  const [time, input, output] = AZURE_COLUMNS.map((name) => header.indexOf(name));
  return (line) => {
    const cells = line.split(",");
    const atUs = momentUs(cells[time!] ?? "");
    const inputTokens = tokens(cells[input!]);
    const outputTokens = tokens(cells[output!]);
    if (atUs === null) return "TIMESTAMP must be a moment in UTC, such as 2023-11-16 18:17:03.9799600";
    if (inputTokens === null || outputTokens === null) return "ContextTokens and GeneratedTokens must be whole numbers";
    return { atUs, inputTokens, outputTokens, blocks: null };
  };
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/;

/** Microseconds since 1970: `Date` alone would drop what is below a millisecond. */
function momentUs(text: string): number | null {
  const match = MOMENT.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const ms = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return Number.isNaN(ms) ? null : ms * 1000 + Math.round(Number(`0.${match[7] ?? "0"}`) * 1e6);
}

function tokens(text: string | undefined): number | null {
  const digits = text?.trim() ?? "";
  return /^\d{1,8}$/.test(digits) ? Number(digits) : null;
}

function readMooncake(line: string): Read {
  const value = parsed(line);
  if (!isObject(value)) return "must be a JSON object";
  const { timestamp, input_length: inputTokens, output_length: outputTokens, hash_ids: blocks } = value;
  if (typeof timestamp !== "number" || !(timestamp >= 0)) return "timestamp must be a number of milliseconds";
  if (!isCount(inputTokens) || !isCount(outputTokens)) return "input_length and output_length must be whole numbers";
  if (!Array.isArray(blocks) || !blocks.every((id) => Number.isSafeInteger(id)))
    return "hash_ids must be a list of whole numbers";
  return { atUs: Math.round(timestamp * 1000), inputTokens, outputTokens, blocks: blocks as readonly number[] };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= TOKENS_MAX;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

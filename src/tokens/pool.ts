import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { TokenCount } from "../core/observation.ts";

/** One answer: its whole text, and the text of its first content event. */
export interface CountItem {
  /** Id of the observation. */
  readonly id: string;
  readonly first: string;
  readonly text: string;
}

/** A longer text is not counted: ordinary prose of this length is far past any output limit. */
export const TEXT_CHARS_MAX = 1024 * 1024;

/** What one message to the worker holds at most, so that memory does not grow with the run. */
const BATCH_CHARS_MAX = 1024 * 1024;
const BATCH_ITEMS_MAX = 256;

/**
 * Counts tokens in a thread of its own, one batch under way at a time. Results stand in the order of the items; an
 * answer longer than {@link TEXT_CHARS_MAX} has none. Rejects when the worker fails. The worker starts with the first
 * batch and is gone at the end, whatever the end.
 */
export async function countInWorker(items: Iterable<CountItem>): Promise<TokenCount[]> {
  const counts: TokenCount[] = [];
  let worker: Worker | null = null;
  try {
    for (const batch of batches(items)) {
      worker ??= startWorker();
      const tokens = await ask(
        worker,
        batch.flatMap((item) => [item.text, item.first]),
      );
      for (const [i, { id }] of batch.entries()) {
        counts.push({ v: 1, id, output: tokens[2 * i]!, first: tokens[2 * i + 1]! });
      }
    }
  } finally {
    await worker?.terminate();
  }
  return counts;
}

/** Beside this file, with this file's extension: TypeScript in a clone, JavaScript in the package. */
function startWorker(): Worker {
  return new Worker(new URL(`./worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url));
}

async function ask(worker: Worker, texts: readonly string[]): Promise<readonly number[]> {
  const done = new AbortController();
  worker.postMessage(texts);
  try {
    const answer: readonly unknown[] = await Promise.race([
      // Rejects by itself on "error".
      once(worker, "message", { signal: done.signal }),
      failed(worker, "exit", done.signal),
      failed(worker, "messageerror", done.signal),
    ]);
    return answer[0] as readonly number[];
  } finally {
    done.abort();
  }
}

async function failed(worker: Worker, event: "exit" | "messageerror", signal: AbortSignal): Promise<never> {
  const details: readonly unknown[] = await once(worker, event, { signal });
  throw new Error(`the token-counting worker failed (${event}: ${String(details[0])})`);
}

function* batches(items: Iterable<CountItem>): Generator<readonly CountItem[]> {
  let batch: CountItem[] = [];
  let chars = 0;
  for (const item of items) {
    if (item.text.length > TEXT_CHARS_MAX || item.first.length > TEXT_CHARS_MAX) continue;
    batch.push(item);
    chars += item.text.length + item.first.length;
    if (batch.length < BATCH_ITEMS_MAX && chars < BATCH_CHARS_MAX) continue;
    yield batch;
    batch = [];
    chars = 0;
  }
  if (batch.length > 0) yield batch;
}

import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { storeError } from "./store-error.ts";

/**
 * Writes a file so that a reader sees the old bytes or the new ones, never half of them, even after a power cut:
 * write to a temporary neighbour, fsync, rename. Throws StoreError.
 */
export async function writeAtomically(path: string, content: string): Promise<void> {
  await replace(path, async (temporary) => {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** Replaces `path` by `path.gz`, made the same way; the plain file goes last. Throws StoreError. */
export async function gzipAtomically(path: string): Promise<void> {
  await replace(`${path}.gz`, (temporary) =>
    // `flush` is the fsync before the stream closes its file.
    pipeline(createReadStream(path), createGzip(), createWriteStream(temporary, { flush: true })),
  );
  await rm(path).catch((cause: unknown) => {
    throw storeError("remove", path, cause);
  });
}

/** Fills a temporary neighbour and renames it into place. Throws StoreError. */
export async function replace(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  // Named by process: two reports of one run may be written at once, and the later rename wins whole.
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await fill(temporary);
    await rename(temporary, path);
  } catch (cause) {
    // What failed is told below; a temporary that cannot be removed either adds nothing to it.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storeError("write", path, cause);
  }
}

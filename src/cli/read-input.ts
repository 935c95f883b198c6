import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { UsageError } from "./usage-error.ts";

/** As text: traces and datasets of millions of tokens are below it. */
const BYTES_MAX = 256 * 1024 * 1024;

/**
 * A file of the user's as text, gzipped where its name ends in `.gz`, and the sha256 of its bytes.
 *
 * @throws UsageError when there is no such file, or it is too large or no gzip
 */
export async function readInput(path: string): Promise<{ readonly text: string; readonly sha256: string }> {
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) throw new UsageError(`${path}: no such file`);
  if (found.size > BYTES_MAX) throw new UsageError(`${path}: is larger than ${BYTES_MAX / 1024 ** 2} MiB`);
  const bytes = await readFile(path);
  const plain = path.endsWith(".gz") ? await unzipped(path, bytes) : bytes;
  return { text: plain.toString("utf8"), sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function unzipped(path: string, bytes: Buffer): Promise<Buffer> {
  return promisify(gunzip)(bytes, { maxOutputLength: BYTES_MAX }).catch(() => {
    throw new UsageError(`${path}: is no gzip, or larger than ${BYTES_MAX / 1024 ** 2} MiB when unpacked`);
  });
}

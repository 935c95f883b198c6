import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "herdbench-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A folder that is gone when the file of tests is over. */
export function suiteFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "herdbench-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

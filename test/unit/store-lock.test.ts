import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockRun } from "../../src/store/lock.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** The lock of a run as its process leaves it. */
function lockedBy(pid: number): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ pid, host: hostname() }));
  return folder;
}

test("a process that was killed holds no lock, although its parent has not taken note of its end", async () => {
  // The shell becomes a program that never asks for its child.
  const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  const folder = lockedBy(pid);
  await expect(lockRun(folder)).rejects.toThrow(`process ${pid} is still writing`);
  process.kill(pid, "SIGKILL");
  await expect.poll(() => lockRun(folder).then(() => "locked", String)).toBe("locked");
  parent.kill("SIGKILL");
});

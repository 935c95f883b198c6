import { readFileSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isObject } from "../core/json.ts";
import { LOCK_FILE } from "./files.ts";
import { contentError, errorCode, storeError } from "./store-error.ts";

/** Ends the sole right to write a run folder; harmless when repeated. */
export type Unlock = () => Promise<void>;

/**
 * Makes this process the only one that writes a run folder, until it unlocks it or dies: what a dead process left behind is
 * taken over. Throws StoreError when another one is writing.
 */
export async function lockRun(folder: string): Promise<Unlock> {
  const path = join(folder, LOCK_FILE);
  const own = JSON.stringify({ pid: process.pid, host: hostname() });
  let isHeld = true;
  const unlock = async (): Promise<void> => {
    // By the second time it may be somebody else's.
    if (!isHeld) return;
    isHeld = false;
    await rm(path, { force: true }).catch((cause: unknown) => {
      throw storeError("remove", path, cause);
    });
  };
  if (await created(path, own)) return unlock;
  const text = await readFile(path, "utf8").catch(() => "");
  refuseLiving(path, folder, text);
  await removeDead(path, text);
  if (await created(path, own)) return unlock;
  throw contentError(path, `another process has just begun to write ${folder}: wait until it ends`);
}

/** Whether a process is writing a run folder, as far as can be told: one on another host counts as alive. */
export async function isBeingWritten(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, LOCK_FILE), "utf8").catch(() => null);
  if (text === null) return false;
  const { pid, host } = ownerOf(text);
  return pid === null || host !== hostname() || isAlive(pid);
}

async function created(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return false;
    throw storeError("create", path, cause);
  }
}

function refuseLiving(path: string, folder: string, text: string): void {
  const { pid, host } = ownerOf(text);
  const mend = `if that has ended, remove ${path}`;
  // Its maker is between two writes, or died there.
  if (pid === null) throw contentError(path, `another process is just beginning to write ${folder}: ${mend}`);
  if (host !== hostname()) throw contentError(path, `process ${pid} on ${host} was writing ${folder}: ${mend}`);
  // A number is given again after a restart of the machine, our own among them.
  if (pid !== process.pid && isAlive(pid)) {
    throw contentError(path, `process ${pid} is still writing ${folder}: stop it, or wait until it ends; ${mend}`);
  }
}

function ownerOf(text: string): { readonly pid: number | null; readonly host: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && Number.isSafeInteger(value["pid"])) {
      return { pid: value["pid"] as number, host: String(value["host"]) };
    }
  } catch {
    // Told by the missing number.
  }
  return { pid: null, host: "" };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (cause) {
    // Alive, but of another user.
    return errorCode(cause) === "EPERM";
  }
}

/** Killed, and not yet taken note of by its parent: in a container without an init that can last. */
function isZombie(pid: number): boolean {
  try {
    // The name before it, in brackets, may hold anything.
    return /.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Renamed before it is removed: of two processes that found it dead, one may have put a living lock in its place. */
async function removeDead(path: string, expected: string): Promise<void> {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== expected) return await rename(aside, path);
    await rm(aside);
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT") throw storeError("remove", path, cause);
  }
}

/** What went wrong with a run folder, for a human: the message names the path and the mend. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly path: string;
  /** The system's code, `ENOSPC`; null when the system had no objection. */
  readonly code: string | null;

  constructor(message: string, fields: { path: string; code: string | null; cause: unknown }) {
    super(message, { cause: fields.cause });
    this.path = fields.path;
    this.code = fields.code;
  }
}

const ELSEWHERE = "or choose another place with --result-dir";

/** What to do about it, by the system's code. */
const MENDS: Readonly<Record<string, string>> = {
  ENOSPC: `the disk is full: free some space ${ELSEWHERE}`,
  EDQUOT: `the disk quota is used up: free some space ${ELSEWHERE}`,
  EFBIG: "the file size limit is reached: raise it (ulimit -f)",
  EACCES: `permission denied: make it accessible to this user ${ELSEWHERE}`,
  EPERM: `permission denied: make it accessible to this user ${ELSEWHERE}`,
  EROFS: `the file system is read-only: mount it writable ${ELSEWHERE}`,
  ENOENT: "no such file or folder: check the path",
  ENOTDIR: "a part of the path is a file: check the path",
  EEXIST: "a file of this name is in the way: move it aside",
  EISDIR: "a folder of this name is in the way: move it aside",
  EMFILE: "too many open files: raise the limit (ulimit -n)",
};

/** Turns what the file system threw into a {@link StoreError}; `action` is a verb, as in "cannot write". */
export function storeError(action: string, path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = errorCode(cause);
  const mend = code === null ? undefined : MENDS[code];
  const detail = mend ?? (cause instanceof Error ? cause.message : String(cause));
  return new StoreError(`cannot ${action} ${path}: ${detail}`, { path, code, cause });
}

/** A {@link StoreError} about what stands in the folder rather than about the disk. */
export function contentError(path: string, message: string): StoreError {
  return new StoreError(message, { path, code: null, cause: undefined });
}

/** The system's code of an error; null when it has none. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** A JSON document as a value, or everything that is wrong with its text, each with line and column. */
type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly string[] };

const CHARS_MAX = 1024 * 1024;
const DEPTH_MAX = 64;
/** Of keys that stand twice; who has more mends these first. */
const FAULTS_MAX = 20;

/**
 * Reads JSON that a person wrote. Stricter than `JSON.parse`: a key that stands twice in an object is a problem, since
 * the first would be dropped in silence. A byte order mark is accepted.
 */
export function readJsonText(source: string): JsonText {
  const text = source.replace(/^\uFEFF/, "");
  if (text.length > CHARS_MAX) return { ok: false, problems: [`the file is larger than ${CHARS_MAX} characters`] };
  const faults = faultsOf(text);
  if (faults.length === 0) return { ok: true, value: JSON.parse(text) };
  return { ok: false, problems: faults.map((fault) => `${place(text, fault.at)}: ${fault.what}`) };
}

interface Fault {
  /** Index into the text. */
  readonly at: number;
  readonly what: string;
}

function place(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

const SPACE = /[ \t\r\n]*/y;
/** A mark, a string (any character from the space up, but the quote and the backslash), or a scalar. */
const TOKEN =
  /[{}[\],:]|"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** What may come next; the words stand in the message. */
type Expected =
  | "a value"
  | 'a value or "]"'
  | "a key in double quotes"
  | 'a key in double quotes or "}"'
  | '":"'
  | '"," or "}"'
  | '"," or "]"'
  | "nothing more";

/** Keys seen so far in an open object; null for an open array. */
type Level = Set<string> | null;

/** Duplicate keys up to the first syntax fault, and that fault. Each turn of the loop consumes at least a character. */
function faultsOf(text: string): Fault[] {
  const faults: Fault[] = [];
  const levels: Level[] = [];
  let expected: Expected = "a value";
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, text, at)!.length;
    if (at === text.length && expected === "nothing more") return faults;
    const token = matchAt(TOKEN, text, at);
    if (token?.startsWith('"') && expected.startsWith("a key")) {
      const key = JSON.parse(token) as string;
      if (levels.at(-1)!.has(key) && faults.length < FAULTS_MAX)
        faults.push({ at, what: `the key ${token} stands twice in one object` });
      levels.at(-1)!.add(key);
    }
    const next: Expected | null = token === null ? null : step(expected, token, levels);
    if (token === null || next === null) return [...faults, { at, what: wrong(text, at, expected) }];
    if (levels.length > DEPTH_MAX) return [...faults, { at, what: `nested deeper than ${DEPTH_MAX} levels` }];
    expected = next;
    at += token.length;
  }
}

/** Takes one token: what may follow it, or null when it may not stand here. Opens and closes levels. */
function step(expected: Expected, token: string, levels: Level[]): Expected | null {
  switch (token) {
    case "{":
    case "[":
      if (!expected.startsWith("a value")) return null;
      levels.push(token === "{" ? new Set() : null);
      return token === "{" ? 'a key in double quotes or "}"' : 'a value or "]"';
    case "}":
    case "]":
      if (!expected.endsWith(`or "${token}"`)) return null;
      levels.pop();
      return afterValue(levels);
    case ",":
      if (!expected.startsWith('","')) return null;
      return levels.at(-1) === null ? "a value" : "a key in double quotes";
    case ":":
      return expected === '":"' ? "a value" : null;
    default:
      if (token.startsWith('"') && expected.startsWith("a key")) return '":"';
      return expected.startsWith("a value") ? afterValue(levels) : null;
  }
}

function afterValue(levels: readonly Level[]): Expected {
  if (levels.length === 0) return "nothing more";
  return levels.at(-1) === null ? '"," or "]"' : '"," or "}"';
}

function wrong(text: string, at: number, expected: Expected): string {
  if (at === text.length) return `the text ends where ${expected} is expected`;
  const found = String.fromCodePoint(text.codePointAt(at)!);
  const before = text.slice(0, at).trimEnd();
  if (before.endsWith(",") && (found === "}" || found === "]")) return "remove the comma before the closing bracket";
  if (found === "/") return `expected ${expected}, found a comment: JSON has none`;
  if (found === '"' && matchAt(TOKEN, text, at) === null) {
    return "this string is not closed on its line, or holds a backslash sequence that JSON does not know";
  }
  return `expected ${expected}, found ${JSON.stringify(found)}`;
}

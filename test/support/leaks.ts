import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Everything below a folder as text, by path; what is compressed is read as what it holds. */
export function filesBelow(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths.map((path) => {
      const bytes = readFileSync(path);
      return [path, (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1")];
    }),
  );
}

/** A secret in the forms that software gives it, by name. */
export function formsOf(secret: string): Readonly<Record<string, string>> {
  const half = Math.ceil(secret.length / 2);
  const reversed = (text: string): string => Array.from(text).reverse().join("");
  return {
    plain: secret,
    "URL-encoded": encodeURIComponent(secret),
    "JSON-escaped": JSON.stringify(secret).slice(1, -1),
    base64: Buffer.from(secret).toString("base64"),
    "base64 behind a user name": Buffer.from(`user:${secret}`).toString("base64"),
    base64url: Buffer.from(secret).toString("base64url"),
    reversed: reversed(secret),
    "halves in the wrong order": secret.slice(half) + secret.slice(0, half),
    "first half": secret.slice(0, half),
    "second half": secret.slice(half),
    "reversed halves": reversed(secret.slice(0, half)) + reversed(secret.slice(half)),
  };
}

/** Where a secret stands in some form: `name: form`. The ends of each form are left out: they depend on what is beside it. */
export function leaks(texts: ReadonlyMap<string, string>, secret: string): string[] {
  const forms = Object.entries(formsOf(secret)).map(([form, text]) => [form, text.slice(8, -4)] as const);
  return [...texts].flatMap(([name, text]) =>
    forms.filter(([, needle]) => text.includes(needle)).map(([form]) => `${name}: ${form}`),
  );
}

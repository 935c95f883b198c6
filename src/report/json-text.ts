const LINE_CHARS_MAX = 160;

/**
 * JSON for people and version control: keys sorted, and what is short and holds no table stands on one line. Infinity is
 * `"inf"`. The root's first keys keep their place.
 */
export function jsonText(value: unknown, first: readonly string[]): string {
  return `${printed(value, "", first)}\n`;
}

function printed(value: unknown, indent: string, first: readonly string[] = []): string {
  const line = compact(value);
  if (typeof value !== "object" || value === null) return line;
  const isList = Array.isArray(value) && value.every((item) => typeof item === "number");
  if (isList || (first.length === 0 && indent.length + line.length <= LINE_CHARS_MAX && isFlat(value))) return line;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => printed(item, inner))
    : entriesOf(value, first).map(([key, item]) => `${JSON.stringify(key)}: ${printed(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return items.length === 0
    ? `${open}${close}`
    : `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`;
}

/** Nothing deeper than figures inside an object, or objects of figures inside one. */
function isFlat(value: object, depth = 2): boolean {
  return Object.values(value).every(
    (item) => typeof item !== "object" || item === null || (depth > 1 && isFlat(item as object, depth - 1)),
  );
}

function compact(value: unknown): string {
  if (value === Infinity) return '"inf"';
  if (value === -Infinity) return '"-inf"';
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(compact).join(", ")}]`;
  const pairs = entriesOf(value, []).map(([key, item]) => `${JSON.stringify(key)}: ${compact(item)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** Sorted by key, so that the order in which an object was filled does not show; what has no value is left out. */
function entriesOf(value: object, first: readonly string[]): [string, unknown][] {
  const place = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
}

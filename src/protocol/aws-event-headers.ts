/** Types of header values by their number. */
const STRING = 7;
/** Bytes of the types of a fixed length: true, false, byte, short, int, long, (bytes, string), time, uuid. */
const FIXED_BYTES: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];

/**
 * The text headers of one event-stream message, by name; other types are stepped over. Null when the bytes are no headers,
 * or a name stands twice: nobody could say which one counts.
 */
export function readHeaders(bytes: Buffer): ReadonlyMap<string, string> | null {
  const names = new Set<string>();
  const texts = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes[at]!;
    const type = bytes[nameEnd];
    if (nameEnd === at + 1 || type === undefined || type >= FIXED_BYTES.length) return null;
    const name = bytes.toString("utf8", at + 1, nameEnd);
    if (names.has(name)) return null;
    names.add(name);
    let start = nameEnd + 1;
    let length = FIXED_BYTES[type] ?? null;
    if (length === null) {
      if (start + 2 > bytes.length) return null;
      length = bytes.readUInt16BE(start);
      start += 2;
    }
    at = start + length;
    if (at > bytes.length) return null;
    if (type === STRING) texts.set(name, bytes.toString("utf8", start, at));
  }
  return texts;
}

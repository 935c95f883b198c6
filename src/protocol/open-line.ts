/** The line whose end has not been read. Grown by doubling: a hostile server that sends byte by byte costs no more than the limit. */
export function openLine(): { keep(bytes: Buffer): void; complete(tail: Buffer): Buffer; bytes(): number } {
  let buffer = Buffer.alloc(0);
  let length = 0;
  const keep = (bytes: Buffer): void => {
    const needed = length + bytes.length;
    if (needed > buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2));
      buffer.copy(grown, 0, 0, length);
      buffer = grown;
    }
    bytes.copy(buffer, length);
    length = needed;
  };
  return {
    keep,
    bytes: () => length,
    complete: (tail) => {
      if (length === 0) return tail;
      keep(tail);
      const line = buffer.subarray(0, length);
      length = 0;
      return line;
    },
  };
}

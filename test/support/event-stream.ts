/**
 * Messages of AWS's event stream, written by the published layout (https://smithy.io/2.0/aws/amazon-eventstream.html) with
 * a checksum of its own: what the reader under test is held against.
 */

/** CRC-32 bit by bit (ISO 3309, reflected polynomial EDB88320). */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** A text header: length and name, type 7, length and value. */
export function textHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.of(Buffer.byteLength(name)),
    Buffer.from(name),
    Buffer.of(7),
    length,
    Buffer.from(value),
  ]);
}

/** A header of any type by its number, the value as it stands on the wire. */
export function rawHeader(name: string, type: number, value: readonly number[]): Buffer {
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(type, ...value)]);
}

/** A message whose lengths and checksums are right. */
export function messageOf(headers: readonly Buffer[], payload: string | Buffer): Buffer {
  const head = Buffer.concat(headers);
  const body = Buffer.from(payload);
  const lengths = Buffer.concat([word(12 + head.length + body.length + 4), word(head.length)]);
  const whole = Buffer.concat([lengths, word(crcOf(lengths)), head, body]);
  return Buffer.concat([whole, word(crcOf(whole))]);
}

/** An event of a service, as JSON. */
export function eventMessage(type: string, payload: unknown): Buffer {
  return messageOf(
    [
      textHeader(":event-type", type),
      textHeader(":content-type", "application/json"),
      textHeader(":message-type", "event"),
    ],
    JSON.stringify(payload),
  );
}

/** An exception of a service, as JSON. */
export function exceptionMessage(type: string, payload: unknown): Buffer {
  return messageOf(
    [
      textHeader(":exception-type", type),
      textHeader(":content-type", "application/json"),
      textHeader(":message-type", "exception"),
    ],
    JSON.stringify(payload),
  );
}

/** CRC-32 (ISO 3309) by table: the reader's is another one. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

const TEXT = 7;

/** One message of AWS's event stream: an event or an exception of a service, with a JSON payload. */
export function eventMessage(is: "event" | "exception", type: string, payload: unknown): Buffer {
  const headers = Buffer.concat([
    header(`:${is}-type`, type),
    header(":content-type", "application/json"),
    header(":message-type", is),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const message = Buffer.alloc(12 + headers.length + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crcOf(message.subarray(0, 8)), 8);
  headers.copy(message, 12);
  body.copy(message, 12 + headers.length);
  message.writeUInt32BE(crcOf(message.subarray(0, -4)), message.length - 4);
  return message;
}

function header(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  return Buffer.concat([
    Buffer.of(name.length),
    Buffer.from(name),
    Buffer.of(TEXT, text.length >> 8, text.length & 0xff),
    text,
  ]);
}

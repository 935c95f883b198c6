/** The Distinguished Encoding Rules (ITU-T X.690), as far as a certificate needs them. */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * One element: tag, length, content.
 *
 * @throws RangeError when the content is over 65,535 bytes
 */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length > 0xffff) throw new RangeError(`${length} bytes are too many for one element`);
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...size), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(TAG.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => element(TAG.set, ...parts);
export const octetString = (content: Uint8Array): Buffer => element(TAG.octetString, content);
export const utf8String = (text: string): Buffer => element(TAG.utf8String, Buffer.from(text));
/** An integer from the bytes of its two's complement, shortest form. */
export const integer = (...bytes: readonly number[]): Buffer => element(TAG.integer, Uint8Array.from(bytes));
/** DER leaves out what is false by default, so only the other value is ever written. */
export const TRUE = element(TAG.boolean, Uint8Array.of(0xff));
/** A bit string whose last byte has unused bits. */
export const bitString = (content: Uint8Array, unusedBits = 0): Buffer =>
  element(TAG.bitString, Uint8Array.of(unusedBits), content);
/** `[number]` around other elements. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Buffer => element(0xa0 | number, ...parts);
/** `[number]` in place of the tag of a plain value. */
export const implicit = (number: number, content: Uint8Array): Buffer => element(0x80 | number, content);

/** An object identifier from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return element(TAG.oid, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
}

/** A moment to the second; two digits of the year until 2049, as RFC 5280 (section 4.1.2.5) wants. */
export function time(unixMs: number): Buffer {
  const digits = `${new Date(unixMs).toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
  return digits < "2050"
    ? element(TAG.utcTime, Buffer.from(digits.slice(2)))
    : element(TAG.generalizedTime, Buffer.from(digits));
}

/** Seven bits a byte, all but the last marked. */
function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

import type { Random } from "../../src/core/random.ts";

/** No input is longer; what needs megabytes is tested by name, not by chance. */
export const INPUT_BYTES_MAX = 256 * 1024;

const RANDOM_BYTES_MAX = 4096;
const MUTATIONS_MAX = 6;
const SEARCHED_BYTES = 4096;

/** Words of the formats under test, and of the language that reads them. */
const DICTIONARY: readonly Buffer[] = [
  ..."data:|data: |event: error\n|event: ping\n|id: 1\n|retry: 1\n|: \n|\n|\n\n|\r|\r\n|\r\n\r\n|[DONE]|data: [DONE]\n\n|\ufeff|\0".split(
    "|",
  ),
  ...'{|}|[|]|,|:|"|\\|\\u0000|\\ud800|null|true|-0|0.5|1e308|1e999|9007199254740993|-1|""|{}|[]'.split("|"),
  ...'"choices":|"delta":|"content":"a"|"index":0|"index":1|"finish_reason":"stop"|"finish_reason":"error"|"usage":|"model":"m"'.split(
    "|",
  ),
  ...'"error":|"detail":|"message":"overloaded"|"code":|"type":|"status":429|"object":"error"|"x_groq":|"tool_calls":'.split(
    "|",
  ),
  ...'"__proto__":|"constructor"|"toString":1|"valueOf":1|"length":-1|"then":1'.split("|"),
].map((text) => Buffer.from(text));

const KEYS = DICTIONARY.filter((word) => word.length > 2 && word.at(0) === 0x22 && word.at(-1) === 0x3a);

/** Values that stand where others were meant, so that the text stays JSON and comes past its parser. */
const VALUES: readonly Buffer[] = [
  ...'null|true|0|-1|0.5|1e308|9007199254740993|429|""|"a"|"overloaded"|"stop"|"error"|"constructor"|"[DONE]"'.split(
    "|",
  ),
  ...'[]|{}|[null]|[[]]|{"toString":1,"valueOf":1}|{"index":0,"delta":{"content":"a"}}|[{"index":0,"finish_reason":"stop"}]'.split(
    "|",
  ),
].map((text) => Buffer.from(text));

/** A key and its colon, or a value without members, in the text of a JSON. */
const KEY = /"(?:[^"\\]|\\.){0,100}"\s*:/g;
const VALUE = /(?<=:\s*|\[)(?:"(?:[^"\\]|\\.){0,1000}"|-?[\d.]+|true|false|null|\{\}|\[\])/g;

/** Around JSON values that nest. */
const NESTS = [
  ["[", "]"],
  ['{"error":', "}"],
  ['{"a":[', "]}"],
] as const;

/** One input: mostly a seed with a few mutations, sometimes nothing but random bytes. */
export function mutant(seeds: readonly Buffer[], random: Random): Buffer {
  if (random.int(20) === 0) return randomBytes(random, 1 + random.int(RANDOM_BYTES_MAX));
  let bytes = pick(seeds, random);
  // Mostly few: what is broken in six places is refused at the first.
  for (let left = random.int(1 + random.int(MUTATIONS_MAX + 1)); left >= 0; left -= 1) {
    bytes = pick(MUTATIONS, random)(bytes, random, seeds).subarray(0, INPUT_BYTES_MAX);
  }
  return bytes;
}

type Mutation = (bytes: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  // Flip a bit.
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.int(8))),
  // Overwrite a byte.
  (bytes, random) => changed(bytes, random, () => random.int(256)),
  // Cut the end off.
  (bytes, random) => bytes.subarray(0, random.int(bytes.length + 1)),
  // Take a slice out.
  (bytes, random) => {
    const [start, end] = slice(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  // Repeat a slice, rarely very often.
  (bytes, random) => {
    const [start, end] = slice(bytes, random);
    const times = Math.min(2 ** random.int(1 + random.int(14)), INPUT_BYTES_MAX / Math.max(1, end - start));
    const repeated = Array.from({ length: times }, () => bytes.subarray(start, end));
    return Buffer.concat([bytes.subarray(0, end), ...repeated, bytes.subarray(end)]);
  },
  // Go on as another seed.
  (bytes, random, seeds) => {
    const other = pick(seeds, random);
    return Buffer.concat([
      bytes.subarray(0, random.int(bytes.length + 1)),
      other.subarray(random.int(other.length + 1)),
    ]);
  },
  // Put a word of the dictionary somewhere.
  (bytes, random) => inserted(bytes, random.int(bytes.length + 1), pick(DICTIONARY, random)),
  // Exchange a value.
  (bytes, random) => exchanged(bytes, VALUE, pick(VALUES, random), random),
  (bytes, random) => exchanged(bytes, VALUE, pick(VALUES, random), random),
  // Exchange a key.
  (bytes, random) => exchanged(bytes, KEY, pick(KEYS, random), random),
  // Nest, rarely very deep.
  (bytes, random) => {
    const [open, close] = pick(NESTS, random);
    const levels = 2 ** random.int(1 + random.int(15));
    return Buffer.concat([Buffer.from(open.repeat(levels)), bytes, Buffer.from(close.repeat(levels))]);
  },
];

function changed(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const at = random.int(copy.length);
  copy[at] = change(copy[at]!);
  return copy;
}

/** Another word in the place of one that the pattern finds, in the first bytes of a long input. */
function exchanged(bytes: Buffer, pattern: RegExp, word: Buffer, random: Random): Buffer {
  const found = [...bytes.toString("latin1", 0, SEARCHED_BYTES).matchAll(pattern)];
  if (found.length === 0) return inserted(bytes, bytes.length, word);
  const { 0: old, index } = pick(found, random);
  return Buffer.concat([bytes.subarray(0, index), word, bytes.subarray(index + old.length)]);
}

function inserted(bytes: Buffer, at: number, word: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at)]);
}

function slice(bytes: Buffer, random: Random): readonly [number, number] {
  const start = random.int(bytes.length + 1);
  return [start, start + random.int(Math.min(64, bytes.length - start) + 1)];
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.int(256)));
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.int(items.length)]!;
}

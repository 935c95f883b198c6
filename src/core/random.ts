/** A seeded stream of random numbers. Equal seeds give equal streams on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, n); n is at least 1. */
  int(n: number): number;
  /** Exponential with mean 1. */
  exponential(): number;
  /** Standard normal. */
  normal(): number;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * 53-bit hash of a text (cyrb53, public domain, https://github.com/bryc/code). Stable over versions:
 * prompts and schedules of old runs depend on it. Not for secrets.
 */
export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/**
 * A stream for one purpose. Parts are joined into the seed, so that `random(405, "arrivals", "sim-fast")` and
 * `random(405, "order")` are independent. Generator: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state.
 */
export function random(...parts: readonly (string | number)[]): Random {
  const key = parts.join("\u0000");
  let a = hash53(`a${key}`) | 0;
  let b = hash53(`b${key}`) | 0;
  let c = hash53(`c${key}`) | 0;
  let counter = 1;
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs of a freshly seeded sfc32 are correlated with the seed; its author discards 12.
  for (let i = 0; i < 12; i += 1) next32();
  const next = (): number => (next32() * 2097152 + (next32() >>> 11)) / 9007199254740992;
  const int = (n: number): number => Math.floor(next() * n);
  return {
    next,
    int,
    exponential: () => -Math.log(1 - next()),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i -= 1) {
        const j = int(i + 1);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
  };
}

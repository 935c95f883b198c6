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
  /** Gamma with this shape, above 0, and scale 1, so that its mean is the shape. */
  gamma(shape: number): number;
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
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    int,
    exponential: () => -Math.log(1 - next()),
    normal,
    gamma: (shape) =>
      // A shape below 1 is drawn from the one above it (their lemma of section 6).
      shape < 1 ? gammaFrom1(shape + 1, next, normal) * (1 - next()) ** (1 / shape) : gammaFrom1(shape, next, normal),
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

/** Turns away about one draw in twenty at most; a hundred in a row are a broken generator. */
const GAMMA_TRIES_MAX = 100;

/** Gamma of a shape of at least 1, by rejection (Marsaglia and Tsang 2000, "A simple method for generating gamma variables"). */
function gammaFrom1(shape: number, next: () => number, normal: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let tries = 0; tries < GAMMA_TRIES_MAX; tries += 1) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - next()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
  throw new Error("no gamma variate in 100 tries");
}

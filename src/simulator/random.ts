import { createHash } from "node:crypto";

/** A seeded stream of random numbers. The simulator has its own: an oracle shares no code with what it judges. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Lognormal with the given mean; sigma is the standard deviation of the logarithm, and 0 gives the mean itself. */
  lognormal(mean: number, sigma: number): number;
}

/**
 * A stream for one purpose; the parts are its seed. Generator: xoshiro128** (Blackman and Vigna,
 * https://prng.di.unimi.it/xoshiro128starstar.c), seeded with a sha256 of the parts.
 */
export function randomOf(...parts: readonly (string | number)[]): Random {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let d = digest.readInt32LE(12);
  const uniform = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result / 2 ** 32;
  };
  // Box-Muller; 1 - u because the logarithm of 0 does not exist.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  // exp(sigma² / 2) is the mean of a lognormal with median 1: dividing by it keeps the configured mean at any spread.
  return { uniform, lognormal: (mean, sigma) => mean * Math.exp(sigma * normal() - sigma ** 2 / 2) };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

import type { Random } from "../../src/core/random.ts";

/** One parser under fuzz. */
export interface Target {
  readonly name: string;
  /** Of 100 inputs, so many go here. */
  readonly share: number;
  readonly seeds: readonly Buffer[];
  /** Parses; throws when the parser does, or when what it gave back breaks a promise. Names the outcome in a few words. */
  readonly run: (input: Buffer, random: Random) => string;
}

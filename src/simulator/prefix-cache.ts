/** What an engine's prefix cache is, as a profile states it. */
export interface PrefixCacheSize {
  /** A prompt is kept in whole blocks of so many tokens; vLLM's are 16. */
  readonly blockTokens: number;
  /** Blocks kept; those that were not used for longest go first. */
  readonly blocksMax: number;
}

/** Prompts that were read before, as far as they begin alike. */
export interface PrefixCache {
  /** How many tokens a prompt begins with that are known, in whole blocks, and never all of it; from now on all of it is known. */
  read(tokens: readonly string[]): number;
}

/** A block is known by all that stands before it: its key is the number of the block before, and its own tokens. */
export function openPrefixCache({ blockTokens, blocksMax }: PrefixCacheSize): PrefixCache {
  const numbers = new Map<string, number>();
  let last = 0;
  const numberOf = (key: string): { readonly number: number; readonly isKnown: boolean } => {
    const known = numbers.get(key);
    const number = known ?? (last += 1);
    // To the end of the line of those that may go.
    numbers.delete(key);
    numbers.set(key, number);
    if (numbers.size > blocksMax) numbers.delete(numbers.keys().next().value!);
    return { number, isKnown: known !== undefined };
  };
  return {
    read: (tokens) => {
      let cached = 0;
      let before = 0;
      for (let start = 0; start + blockTokens <= tokens.length; start += blockTokens) {
        const block = numberOf(`${before} ${tokens.slice(start, start + blockTokens).join(" ")}`);
        if (block.isKnown) cached = start + blockTokens;
        before = block.number;
      }
      // The last token is always computed: it is what the first one of the answer comes from.
      return cached === tokens.length ? cached - blockTokens : cached;
    },
  };
}

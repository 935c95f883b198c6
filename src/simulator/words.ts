/**
 * Words of the answers. Each is one token of the Llama 3.1 tokenizer when it follows a space, also next to the others, so
 * the text of an answer has as many tokens as words. A test holds the list to that.
 */
export const WORDS: readonly string[] = (
  "the of and to in is that for it as was with be by on not are this from have at which or an we can has more one their " +
  "will about time people would other new some could these two may then first any like now such over our man even most " +
  "made after also did many before must through back years where much your way well down should because each just those " +
  "how too state good very make world still own see men work long get here between both life being under never day same " +
  "another know while last might us great old year off come since against go came right used take three"
).split(" ");

/**
 * Tokens of a prompt of plain words: one each. The tokenizer splits digits into groups of three, so a word of digits alone,
 * as a nonce is, counts one per group.
 */
export function tokensOfWords(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + tokensOfWord(word).length, 0);
}

export function tokensOfWord(word: string): readonly string[] {
  return /^\d+$/.test(word) ? (word.match(/\d{1,3}/g) ?? []) : [word];
}

/** Words of a text: what stands between white space. */
export function wordsOf(text: string): readonly string[] {
  const trimmed = text.trim();
  return trimmed === "" ? [] : trimmed.split(/\s+/);
}

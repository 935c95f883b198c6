/** Encodes text with the pinned Llama 3.1 tokenizer. */
export type CountTokens = (text: string) => number;

/**
 * Runs of one kind (white space or not) are cut here before encoding, as Meta's own tokenizer does
 * (meta-llama/llama-models, `models/llama3/tokenizer.py`, MAX_NO_WHITESPACES_CHARS): byte-pair merging slows down with
 * the length of a run.
 */
const RUN = /\s{1,25000}|\S{1,25000}/gu;

/** Loads the tokenizer: about half a second and 90 MB, so only when it is needed, and never on the timed path. */
export async function loadTokenizer(): Promise<CountTokens> {
  const { default: tokenizer } = await import("llama3-tokenizer-js");
  return (text) => {
    let tokens = 0;
    for (const piece of pieces(text)) tokens += tokenizer.encode(piece, { bos: false, eos: false }).length;
    return tokens;
  };
}

/** Tokens of a text, without the marks of its beginning and end (BOS, EOS). */
export async function countTokens(text: string): Promise<number> {
  const count = await loadTokenizer();
  return count(text);
}

/** The text in order, cut only between two runs of the same kind. */
function* pieces(text: string): Generator<string> {
  let start = 0;
  let previousIsSpace: boolean | null = null;
  for (const run of text.matchAll(RUN)) {
    const isSpace = /^\s/.test(run[0]);
    if (isSpace === previousIsSpace) {
      yield text.slice(start, run.index);
      start = run.index;
    }
    previousIsSpace = isSpace;
  }
  yield text.slice(start);
}

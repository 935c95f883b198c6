/** East Asian and emoji characters take two columns of a terminal; counting too many is the safe side. */
const WIDE_FROM = 0x2600;

/** Terminal columns that a text takes, at most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character.codePointAt(0)! >= WIDE_FROM ? 2 : 1;
  return columns;
}

/** The text cut to `columnsMax`, the cut marked by `…`. */
export function cut(text: string, columnsMax: number): string {
  if (columnsOf(text) <= columnsMax) return text;
  let kept = "";
  for (const character of text) {
    if (columnsOf(kept + character) > columnsMax - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** Lines of at most `columnsMax`, broken between words; a longer word is cut. */
export function wrap(text: string, columnsMax: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").map((part) => cut(part, columnsMax))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (columnsOf(longer) > columnsMax) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** `left` and `right` at the two ends of one line, or below each other where they do not fit. */
export function spread(left: string, right: string, columns: number): readonly string[] {
  const gap = columns - columnsOf(left) - columnsOf(right);
  return gap >= 2 ? [left + " ".repeat(gap) + right] : [cut(left, columns), cut(right, columns)];
}

/** Everything invisible or able to act: control, format (bidi, zero width), line and paragraph separators, private use. */
const INERT_PATTERN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;

/** Text of any origin on one line, unable to move a cursor, turn the writing direction or hide a character. */
export function plain(text: string): string {
  return text.replace(INERT_PATTERN, " ").trim();
}

/** A shorter piece of a key gives nothing away, and stands in many an innocent text. */
const PIECE_CHARS_MIN = 8;

/** Takes secrets out of a text, in every form that a server, a proxy or a log is likely to give them. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))].filter((form) => form !== "");
  return (text) => forms.reduce(withoutPieces, text);
}

/** The same for secrets that come and go. */
export function redactorOf(secrets: () => readonly string[]): (text: string) => string {
  let known: readonly string[] = [];
  let redact = redactor(known);
  return (text) => {
    const now = secrets();
    if (now.length !== known.length || now.some((secret, i) => secret !== known[i])) {
      known = [...now];
      redact = redactor(known);
    }
    return redact(text);
  };
}

function formsOf(secret: string): readonly string[] {
  // Base64 of a longer text (`user:KEY`) holds the secret in one of three alignments.
  const base64 = [0, 1, 2].map((shift) => Buffer.from(" ".repeat(shift) + secret).toString("base64"));
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Array.from(secret).reverse().join(""),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** The text without the secret and without any piece of it: sellers like to quote a key's beginning and end. */
function withoutPieces(text: string, secret: string): string {
  const chars = Math.min(PIECE_CHARS_MIN, secret.length);
  let clean = "";
  let at = 0;
  while (at < text.length) {
    let length = 0;
    while (at + length < text.length && secret.includes(text.slice(at, at + length + 1))) length += 1;
    const isPiece = length >= chars;
    clean += isPiece ? "[redacted]" : text.charAt(at);
    at += isPiece ? length : 1;
  }
  return clean;
}

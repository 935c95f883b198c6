import { createHash } from "node:crypto";
import { escaped } from "./escaped.ts";
import { SORT_SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** The page loads nothing; its one style and its one script are allowed by their hashes, so that no planted one runs. */
const POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SORT_SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/**
 * One page in one file that opens from disk.
 *
 * @param title not yet escaped
 * @param body markup, with a heading of the first level in it
 */
export function shell(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
<script>${SORT_SCRIPT}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

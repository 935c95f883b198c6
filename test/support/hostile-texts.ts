/** What somebody would put into a text that others will show: each is harmless once it is shown as it stands. */
export const HOSTILE_TEXTS = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "=cmd|'/c calc'!A0",
  "+1+1.111",
  "-2+3.333",
  "@SUM(A1)",
  "\t=1+1.111",
  "\r=1+1.111",
  "＝1+1.111",
  "\u001b[2J\u001b]0;owned\u0007",
  "\u009b31mred\u009b0m",
  "\u202Egpj.exe",
  "\u2066isolated\u2069 \u200bzero\u200bwidth \u061cmark",
  "a | b\n| ccc | d |\n\n# heading",
  "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
  "https://evil.example www.evil.example @someone `code`",
] as const;

/** Control, format (bidi, zero width), line and paragraph separators, private use: but for the line feed, in no output. */
export const UNSAFE_PATTERN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

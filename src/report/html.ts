import { createHash } from "node:crypto";
import type { Analysis } from "../measure/analysis.ts";
import { reportDocument } from "./document.ts";
import type { Section } from "./table.ts";

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
mark { font-weight: bold; padding: 0.1rem 0.5rem; margin-right: 0.5rem; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5rem; }
ul { padding-left: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td:first-child { white-space: nowrap; }
th, td { border-bottom: 1px solid GrayText; padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; }
.number { text-align: right; white-space: nowrap; }
`;

/** The page runs nothing and loads nothing; its one style is allowed by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** `report.html`: one page in one file, without scripts. Text of any origin is escaped. Ends with a line feed. */
export function reportHtml(analysis: Analysis): string {
  const page = reportDocument(analysis);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(page.title)}</h1>
<p>${page.marks.map((mark) => `<mark>${escaped(mark)}</mark>`).join(" ")}</p>
<ul>
${page.facts.map((fact) => `<li>${escaped(fact)}</li>`).join("\n")}
</ul>
<dl>
${page.sentences.map(({ label, text }) => `<dt>${escaped(label)}</dt><dd>${escaped(text)}</dd>`).join("\n")}
</dl>
${page.sections.map(sectionHtml).join("\n")}
</body>
</html>
`;
}

function sectionHtml(section: Section): string {
  const text = section.text === "" ? "" : `<p>${escaped(section.text)}</p>\n`;
  return `<section>\n<h2>${escaped(section.heading)}</h2>\n${text}${tableHtml(section)}\n</section>`;
}

function tableHtml({ heading, table: { columns, rows } }: Section): string {
  const kind = (index: number): string => (columns[index]?.isNumber ? ' class="number"' : "");
  const head = columns.map((column, index) => `<th scope="col"${kind(index)}>${escaped(column.title)}</th>`).join("");
  const body = rows.map(
    (row) => `<tr>${row.map((cell, index) => `<td${kind(index)}>${escaped(cell)}</td>`).join("")}</tr>`,
  );
  return [
    `<div class="wide" role="region" aria-label="${escaped(heading)}" tabindex="0"><table>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>\n${body.join("\n")}\n</tbody>`,
    "</table></div>",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

import { escaped } from "../html/escaped.ts";
import { shell } from "../html/shell.ts";
import { tableHtml } from "../html/table.ts";
import type { LinkedSection } from "./ranking.ts";

/** Text that may lead somewhere. */
export interface Link {
  readonly text: string;
  readonly href: string;
}

/** One page of the site; nothing in it is escaped yet, but for `html`. */
export interface SitePage {
  readonly title: string;
  /** SIMULATED, VALID, INVALID and their like. */
  readonly marks: readonly string[];
  readonly facts: readonly string[];
  readonly links: readonly Link[];
  /** Sections, each opened by its heading. */
  readonly html: readonly string[];
}

const MARK_CLASSES: Readonly<Record<string, string>> = { VALID: "good", INVALID: "bad" };

/** A page in the look of report.html. Ends with a line feed. */
export function sitePage({ title, marks, facts, links, html }: SitePage): string {
  const mark = (text: string): string => `<mark class="${MARK_CLASSES[text] ?? "note"}">${escaped(text)}</mark>`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    ...(marks.length === 0 ? [] : [`<p class="marks">${marks.map(mark).join(" ")}</p>`]),
    ...(facts.length === 0 ? [] : [listHtml(facts)]),
    `<nav aria-label="Site"><ul>${links.map(({ text, href }) => `<li><a href="${escaped(href)}">${escaped(text)}</a></li>`).join("")}</ul></nav>`,
    "<main>",
    ...html,
    "</main>",
  ];
  return shell(title, body.join("\n"));
}

export function listHtml(lines: readonly string[]): string {
  return `<ul>\n${lines.map((line) => `<li>${escaped(line)}</li>`).join("\n")}\n</ul>`;
}

export function sectionHtml(heading: string, html: string): string {
  return `<section>\n<h2>${escaped(heading)}</h2>\n${html}\n</section>`;
}

export function linkedHtml({ heading, text, table, links }: LinkedSection): string {
  const words = text === "" ? "" : `<p>${escaped(text)}</p>\n`;
  return sectionHtml(heading, words + tableHtml(heading, table, links));
}

/** A list of links, one per line. */
export function linksHtml(links: readonly (Link & { readonly note: string })[]): string {
  const items = links.map(
    ({ text, href, note }) =>
      `<li><a href="${escaped(href)}">${escaped(text)}</a>${note === "" ? "" : ` ${escaped(note)}`}</li>`,
  );
  return `<ul>\n${items.join("\n")}\n</ul>`;
}

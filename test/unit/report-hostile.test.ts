import { expect, test } from "vitest";
import { comparisonCsv, summaryCsv } from "../../src/report/csv.ts";
import { reportHtml } from "../../src/report/html/page.ts";
import { reportJson } from "../../src/report/json.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { firstScreen } from "../../src/report/terminal.ts";
import { analysisOf, COUNTS, emptyRecord, FIGURES, groupOf, SCENARIO, targetNamed } from "../support/analysis.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { HOSTILE_TEXTS, UNSAFE_PATTERN } from "../support/hostile-texts.ts";

/** A run in which every free text is hostile. */
function hostileAnalysis(text: string): ReturnType<typeof analysisOf> {
  const target = {
    ...targetNamed(text),
    provider: text,
    model: text,
    modelId: text,
    region: text,
    precision: text,
    price: { kind: "unknown", reason: text } as const,
  };
  const scenario = { ...SCENARIO, id: text, title: text };
  const fields = { modelEchoed: text, flags: [text] };
  const group = groupOf({ target, scenario, figures: FIGURES, counts: COUNTS, fields });
  const analysis = analysisOf([group], { warnings: [text], validity: { valid: false, reasons: [text] } });
  return { ...analysis, manifest: { ...analysis.manifest, vantage: text, runId: text } };
}

const each = HOSTILE_TEXTS.map((text) => ({ text, analysis: hostileAnalysis(text) }));

test("no text runs in a spreadsheet, and every cell is still one cell", () => {
  for (const { analysis } of each) {
    for (const csv of [summaryCsv(analysis), comparisonCsv(analysis)]) {
      expect(csv).not.toMatch(UNSAFE_PATTERN);
      const [head, ...rows] = parseCsv(csv);
      for (const row of rows) {
        expect(row).toHaveLength(head!.length);
        for (const cell of row) if (!/^-?\d+(\.\d+)?$|^-inf$/.test(cell)) expect(cell).not.toMatch(/^[=+\-@＝]/);
      }
    }
  }
});

test("a defused cell keeps its text behind an apostrophe", () => {
  const [head, row] = parseCsv(comparisonCsv(hostileAnalysis("=cmd|'/c calc'!A0")));
  expect(row![head!.indexOf("model_echoed")]).toBe("'=cmd|'/c calc'!A0");
});

test("no text moves the cursor or turns the direction of a terminal", () => {
  for (const { analysis } of each)
    expect(firstScreen(analysis, { columns: 80, color: false })).not.toMatch(UNSAFE_PATTERN);
});

test("no text becomes markup in Markdown, nor a link, a mention or another row", () => {
  const rowCount = (markdown: string): number => markdown.split("\n").filter((line) => line.startsWith("|")).length;
  const expected = rowCount(reportMarkdown(hostileAnalysis("harmless")));
  for (const { analysis } of each) {
    const markdown = reportMarkdown(analysis);
    expect(markdown).not.toMatch(UNSAFE_PATTERN);
    expect(markdown).not.toMatch(/<|>|`|\]\(|:\/\/|www\.|@(?!&#8203;)/);
    expect(rowCount(markdown)).toBe(expected);
    expect(markdown.match(/^#+ /gm)).toEqual(reportMarkdown(hostileAnalysis("harmless")).match(/^#+ /gm));
    for (const line of markdown.split("\n").filter((one) => one.startsWith("| "))) expect(line).toMatch(/ \|$/);
  }
});

test("no text becomes markup in HTML, and the page loads nothing and runs its own script alone", () => {
  const pageOf = (analysis: ReturnType<typeof analysisOf>): string => reportHtml(analysis, emptyRecord(analysis));
  const tags = (html: string): string[] =>
    // Where things stand in a picture depends on how long a name is.
    (html.match(/<[a-z/!][^>]*>/gi) ?? []).map((tag) =>
      /^<(svg|g|path|text|rect|line)\b/.test(tag)
        ? tag.replace(/ [\w-]+="[^"<>]*"/g, "")
        : tag.replace(/aria-label="[^"<>]*"/, "aria-label").replace(' class="long"', ""),
    );
  const expected = tags(pageOf(hostileAnalysis("harmless")));
  for (const { analysis } of each) {
    const html = pageOf(analysis);
    expect(html).not.toMatch(UNSAFE_PATTERN);
    expect(tags(html)).toEqual(expected);
    // What the library draws would be refused by the page's policy, or could act.
    expect(html.match(/<svg[^]*?<\/svg>/g)!.join("")).not.toMatch(
      /<style|<a\b|<foreignObject| style="| on\w+="| href=/,
    );
  }
  const page = expected.join("\n");
  expect(page.match(/<script[^>]*>/g)).toEqual(["<script>"]);
  expect(page).not.toMatch(/<img|<link|<iframe| on\w+=| style=| src=| href="(?!#)/i);
  const hash = String.raw`'sha256-[\w+/=]{44}'`;
  expect(page).toMatch(
    new RegExp(
      `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hash}; script-src ${hash}; `,
    ),
  );
});

test("JSON carries the text as data, and reads back equal", () => {
  for (const { text, analysis } of each) {
    const report = JSON.parse(reportJson(analysis)) as { groups: { modelEchoed: string }[] };
    expect(report.groups[0]!.modelEchoed).toBe(text);
  }
});

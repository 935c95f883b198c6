import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/core/run.ts";
import { latestRun } from "../../src/store/resolve.ts";
import { readRun } from "../../src/store/read.ts";
import { parseCsv } from "../support/csv-parser.ts";
import { herdbench, type Ended } from "../support/herdbench.ts";
import { HOSTILE_TEXTS, UNSAFE_PATTERN } from "../support/hostile-texts.ts";
import { filesBelow } from "../support/leaks.ts";
import { suiteFolder } from "../support/temporary.ts";
import { event, streamHead, textEvent, wireServer, type WireServer } from "../support/wire-server.ts";

/* What a provider says, from its server to every output of the program: it is shown, and nothing runs. */

/** Whole answers that carry a text wherever a server can put one. */
const ANSWERS: readonly ((text: string) => string)[] = [
  (text) => streamHead([], "400 Bad", "application/json") + JSON.stringify({ error: { message: text, code: text } }),
  (text) => streamHead() + textEvent("a") + event({ error: { message: text, code: text, type: text } }),
  (text) => streamHead([], "500 Oh", "text/html") + text.repeat(Math.ceil(1_000_000 / text.length)),
  (text) => streamHead([`x-ratelimit-limit-requests: ${latin(text)}`], "200 OK", `text/html; ${latin(text)}`) + text,
  (text) =>
    streamHead([`x-request-id: ${latin(text)}`]) +
    event({ id: text, model: text, choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }) +
    event({ model: text, choices: [{ index: 0, delta: { role: text }, finish_reason: text }], usage: { note: text } }) +
    event("[DONE]"),
];
const COMPLETED = ANSWERS.length - 1;

/** A header value holds no line end, and one byte for each character. */
function latin(text: string): string {
  return text.replace(/[\r\n]/g, " ").replace(/[^\x20-\xff]/g, "?");
}

const cwd = suiteFolder();
let server: WireServer;
let ended: Ended;
let record: RunRecord;
let files: ReadonlyMap<string, string>;

beforeAll(async () => {
  const asked = new Map<string, number>();
  server = await wireServer((socket, request) => {
    const [, index = ""] = /^POST \/(\d+)\//.exec(request) ?? [];
    const count = asked.get(index) ?? 0;
    asked.set(index, count + 1);
    socket.end(ANSWERS[count]!(HOSTILE_TEXTS[Number(index)]!));
  });
  const targets = HOSTILE_TEXTS.map((_, index) => ({
    id: `hostile-${index}`,
    provider: "openai-compatible",
    model: "m",
    baseUrl: `${server.origin}/${index}`,
  }));
  writeFileSync(join(cwd, "herdbench.json"), JSON.stringify({ targets }));
  const load = ["--num-prompts", String(ANSWERS.length), "--max-concurrency", "1", "--input-len", "20"];
  ended = await herdbench(["run", "--max-cost", "none", ...load, "--output-len", "8"], { cwd });
  const folder = (await latestRun(join(cwd, "results")))!;
  record = await readRun(folder);
  files = new Map(
    [...filesBelow(folder)].map(([path, text]) => [basename(path), Buffer.from(text, "latin1").toString()]),
  );
});
afterAll(() => server.close());

describe("a hostile server", () => {
  it("is heard: each text is on record, as a failure and as the name of a model", () => {
    expect(record.observations).toHaveLength(HOSTILE_TEXTS.length * ANSWERS.length);
    expect(record.warnings).toEqual([]);
    for (const [index, text] of HOSTILE_TEXTS.entries()) {
      const of = record.observations.filter(({ target }) => target === `hostile-${index}`);
      const word = /[\w.]{3,}/.exec(text)?.[0] ?? "";
      expect(of.map(({ outcome }) => outcome)).toEqual(
        [...ANSWERS.keys()].map((i) => (i < COMPLETED ? "failed" : "completed")),
      );
      expect(of[0]!.failure!.detail).toContain(word);
      expect(of[COMPLETED]!.modelEchoed).toContain(word);
    }
  });

  it("moves no cursor, turns no text and hides no character, in a terminal or in any file that is shown in one", () => {
    for (const [name, text] of [...files, ["stdout", ended.stdout], ["stderr", ended.stderr]] as const) {
      expect(text.replaceAll("\n", ""), name).not.toMatch(UNSAFE_PATTERN);
    }
  });

  it("fills neither screen nor disk with a page of a megabyte", () => {
    expect(ended.stdout.length).toBeLessThan(20_000);
    for (const { failure } of record.observations) expect(failure?.detail?.length ?? 0).toBeLessThanOrEqual(300);
    expect(files.get("observations.ndjson.gz")!.length).toBeLessThan(3000 * record.observations.length);
  });

  it("runs nothing in a spreadsheet", () => {
    for (const name of ["summary.csv", "comparison.csv"]) {
      const [head, ...rows] = parseCsv(files.get(name)!);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        expect(row).toHaveLength(head!.length);
        for (const cell of row) if (!/^-?\d+(\.\d+)?$|^-inf$/.test(cell)) expect(cell).not.toMatch(/^[=+\-@＝]/);
      }
    }
  });

  it("becomes no markup in Markdown or HTML", () => {
    expect(files.get("report.md")).not.toMatch(/<script|<img|\]\(javascript/i);
    const tags = (files.get("report.html")!.match(/<[a-z/!][^>]*>/gi) ?? []).map((tag) =>
      tag.replace(/ (role|aria-label)="[^"]*"/g, ""),
    );
    const own = ["<script>", "</script>"];
    const suspects = tags.filter((tag) => /script|img|onerror|href(?!="#)|src=/i.test(tag));
    expect(suspects.filter((tag) => !tag.startsWith("<meta "))).toEqual(own);
  });

  it("leaves every JSON file whole", () => {
    const lines = [...files].flatMap(([name, text]) =>
      name.includes(".ndjson") ? text.trim().split("\n") : name.endsWith(".json") ? [text] : [],
    );
    expect(lines.length).toBeGreaterThan(record.observations.length);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it("is the same to whoever reports the run later", async () => {
    const folder = (await latestRun(join(cwd, "results")))!;
    const { code, stdout } = await herdbench(["report", "LAST"], { cwd });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(UNSAFE_PATTERN);
    for (const name of ["report.html", "report.md", "comparison.csv", "summary.csv", "report.json"]) {
      expect(readFileSync(join(folder, name), "utf8")).toBe(files.get(name));
    }
  });
});

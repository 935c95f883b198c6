import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { COMPARISON_COLUMNS } from "../../src/measure/comparison.ts";
import type { PublicationPolicy } from "../../src/report/site/publication.ts";
import { publishSite, type Published } from "../../src/report/site/publish.ts";
import { csvRecords } from "../../src/store/csv-records.ts";
import type { Regression } from "../../src/core/night.ts";
import { publishNight } from "../../src/cli/publish.ts";
import { writeNight } from "../../src/store/nights/nights.ts";
import { herdbench } from "../support/herdbench.ts";
import { nightOf, nightPart } from "../support/nights.ts";
import { writePastRun } from "../support/past-runs.ts";
import { temporaryFolder } from "../support/temporary.ts";

const KNOWN_TO_NOBODY: PublicationPolicy = { terms: new Map(), included: [] };

let results: string;
let out: string;
let runs: readonly string[];

beforeEach(async () => {
  const folder = temporaryFolder();
  results = join(folder, "results");
  out = join(folder, "site");
  runs = [];
  for (const at of ["2026-11-01T02:00:00Z", "2026-11-02T02:00:00Z"])
    runs = [...runs, await writePastRun(results, { at })];
});

function publish(policy = KNOWN_TO_NOBODY, outDir = out): Promise<Published> {
  return publishSite({ resultsDir: results, outDir, policy, siteUrl: null });
}

/** Every file below a folder, by path. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

const site = (path: string): string => readFileSync(join(out, path), "utf8");
const source = (run: number, file: string): string => join(results, runs[run]!, file);

/** Rewrites a CSV of a run as if one of its targets were a real one, of a seller. */
function sellReal(run: number, target: string, provider: string): void {
  for (const file of ["comparison.csv", "summary.csv"]) {
    const lines = readFileSync(source(run, file), "utf8").split("\n");
    const real = lines.map((line) =>
      line.includes(`,${target},`) ? line.replace(",true,", ",false,").replace(",simulator,", `,${provider},`) : line,
    );
    writeFileSync(source(run, file), real.join("\n"));
  }
}

describe("a published site", () => {
  it("has ranking, pages, CSVs, descriptor and feed, and the same bytes each time", async () => {
    expect(await publish()).toEqual({ runs: 2, written: 15, unchanged: 0, notes: [], warnings: [] });
    expect(Object.keys(filesOf(out))).toEqual([
      "columns.html",
      ...runs.flatMap((run) => [`data/${run}/comparison.csv`, `data/${run}/summary.csv`]),
      "datapackage.json",
      "feed.xml",
      "history.csv",
      "index.html",
      "latest.csv",
      ...runs.map((run) => `runs/${run}.html`),
      "runs/index.html",
      "targets/sim-fast.html",
      "targets/sim-flaky.html",
    ]);
    const elsewhere = join(temporaryFolder(), "again");
    await publish(KNOWN_TO_NOBODY, elsewhere);
    expect(filesOf(elsewhere)).toEqual(filesOf(out));
  });

  it("writes only what a new run changes", async () => {
    await publish();
    expect(await publish()).toMatchObject({ written: 0, unchanged: 15 });
    const before = statSync(join(out, "data", runs[0]!, "summary.csv")).mtimeMs;
    await writePastRun(results, { at: "2026-11-03T02:00:00Z", slower: 1.2 });
    // Two CSVs and a page of its own; ranking, list of runs, both targets, latest, history, descriptor, and the feed's day.
    expect(await publish()).toMatchObject({ runs: 3, written: 11 });
    expect(statSync(join(out, "data", runs[0]!, "summary.csv")).mtimeMs).toBe(before);
    const elsewhere = join(temporaryFolder(), "fresh");
    await publish(KNOWN_TO_NOBODY, elsewhere);
    expect(filesOf(elsewhere)).toEqual(filesOf(out));
  });

  it("holds the CSVs of the runs byte for byte, and all of them in history.csv", async () => {
    await publish();
    for (const file of ["comparison.csv", "summary.csv"]) {
      expect(site(`data/${runs[1]}/${file}`)).toBe(readFileSync(source(1, file), "utf8"));
    }
    expect(site("latest.csv")).toBe(readFileSync(source(1, "comparison.csv"), "utf8"));
    const [, ...first] = readFileSync(source(0, "comparison.csv"), "utf8").split("\n");
    expect(site("history.csv")).toBe(
      readFileSync(source(1, "comparison.csv"), "utf8").replace("\n", `\n${first.join("\n")}`),
    );
  });

  it("describes every CSV column by column", async () => {
    await publish();
    const { resources } = JSON.parse(site("datapackage.json")) as {
      resources: { path: string | string[]; schema: { fields: { name: string; description: string }[] } }[];
    };
    for (const { path, schema } of resources) {
      const [file] = [path].flat();
      expect(schema.fields.map(({ name }) => name)).toEqual(csvRecords(site(file!))[0]);
      expect(schema.fields.every(({ description }) => description.length > 3)).toBe(true);
    }
  });

  it("puts an older header's lines under today's", async () => {
    const shorten = (line: string): string => line.slice(0, line.lastIndexOf(","));
    const old = readFileSync(source(0, "comparison.csv"), "utf8").trimEnd().split("\n").map(shorten).join("\n");
    writeFileSync(source(0, "comparison.csv"), `${old}\n`);
    await publish();
    const records = csvRecords(site("history.csv"));
    expect(records.every(({ length }) => length === COMPARISON_COLUMNS.length)).toBe(true);
    expect(records[1]!.at(-1)).toBe("");
    expect(site("history.csv").split("\n")[0]).toBe(COMPARISON_COLUMNS.join(","));
  });
});

describe("what was published once", () => {
  it("stays when the run folder changes: the new figures go beside it, and pages say so", async () => {
    await publish();
    const first = site(`data/${runs[0]}/summary.csv`);
    writeFileSync(source(0, "summary.csv"), first.replace(",0.1.0,", ",0.1.1,"));
    await publish();
    expect(site(`data/${runs[0]}/summary.csv`)).toBe(first);
    const [changed] = readdirSync(join(out, "data", runs[0]!)).filter((name) => name.startsWith("changed-"));
    expect(site(`data/${runs[0]}/${changed}/summary.csv`)).toContain(",0.1.1,");
    expect(site(`runs/${runs[0]}.html`)).toContain("REVISED: the run folder changed after it was published");
    expect(site("index.html")).toContain("SIMULATED, VALID, REVISED");
    expect(await publish()).toMatchObject({ written: 0 });
  });

  it("stays in history.csv, in the descriptor and in the list of runs when its run folder is gone", async () => {
    await publish();
    const [history, descriptor] = [site("history.csv"), site("datapackage.json")];
    rmSync(join(results, runs[0]!), { recursive: true });
    const { runs: count, warnings } = await publish();
    expect([count, warnings]).toEqual([1, [expect.stringMatching(`1 run of the site .*${runs[0]}.*--result-dir`)]]);
    expect([site("history.csv"), site("datapackage.json")]).toEqual([history, descriptor]);
    expect(site("runs/index.html")).toContain(`<a href="../runs/${runs[0]}.html">`);
    expect(await publish()).toMatchObject({ written: 0 });
  });

  it("stays when its run folder is damaged later", async () => {
    await publish();
    const history = site("history.csv");
    writeFileSync(source(1, "manifest.json"), "{");
    expect([(await publish()).warnings.length, site("history.csv")]).toEqual([2, history]);
  });

  it("is joined by revisions, under their tags", async () => {
    mkdirSync(source(1, "revised-abc123"));
    for (const file of ["comparison.csv", "summary.csv"]) {
      writeFileSync(
        source(1, `revised-abc123/${file}`),
        readFileSync(source(1, file), "utf8").replaceAll(",3.7", ",9.9"),
      );
    }
    await publish();
    expect(site(`data/${runs[1]}/revised-abc123/comparison.csv`)).not.toBe(site(`data/${runs[1]}/comparison.csv`));
    expect(site(`runs/${runs[1]}.html`)).toContain(`../data/${runs[1]}/revised-abc123/comparison.csv`);
    expect(site("latest.csv")).toBe(readFileSync(source(1, "comparison.csv"), "utf8"));
  });
});

describe("a provider whose terms nobody has read", () => {
  it("is in no file of the site, and is named", async () => {
    for (const run of [0, 1]) sellReal(run, "sim-flaky", "groq");
    const { notes } = await publish();
    expect(notes).toEqual(["groq: left out, since whether its terms allow publishing figures is not known"]);
    const told = Object.entries(filesOf(out)).filter(([, text]) => /sim-flaky|groq/.test(text));
    expect(told.map(([path]) => path)).toEqual(["index.html"]);
    expect(site("index.html")).toContain(`<li>${notes[0]}</li>`);
    expect(csvRecords(site("latest.csv"))).toHaveLength(3);
  });

  it("is published when the maintainer decides so, or its terms allow it, and with its conditions", async () => {
    for (const run of [0, 1]) sellReal(run, "sim-flaky", "groq");
    const groq = (terms: "allowed" | "conditions", note: string | null): PublicationPolicy["terms"] =>
      new Map([["groq", { terms, source: "https://seller.example/terms", date: "2026-11", note }]]);
    const notesOf = async (policy: PublicationPolicy): Promise<readonly string[]> => {
      rmSync(out, { recursive: true, force: true });
      const { notes } = await publish(policy);
      expect(csvRecords(site("latest.csv"))).toHaveLength(5);
      return notes;
    };
    expect(await notesOf({ terms: new Map(), included: ["groq"] })).toEqual([
      "groq: published at the maintainer's own decision; whether its terms allow it is not known",
    ]);
    expect(await notesOf({ terms: new Map(), included: null })).toHaveLength(1);
    expect(await notesOf({ terms: groq("allowed", null), included: [] })).toEqual([]);
    expect(await notesOf({ terms: groq("conditions", "name the version"), included: [] })).toEqual([
      "groq: published under conditions: name the version (https://seller.example/terms, 2026-11)",
    ]);
  });

  it("leaves out a run of which nothing is left", async () => {
    for (const target of ["sim-fast", "sim-flaky"]) sellReal(1, target, "groq");
    expect(await publish()).toMatchObject({ runs: 1 });
    expect(site("latest.csv")).toBe(readFileSync(source(0, "comparison.csv"), "utf8"));
  });
});

describe("the ranking", () => {
  it("is of the newest run that is valid, is no sweep, and was not measured again", async () => {
    const invalid = await writePastRun(results, { at: "2026-11-03T02:00:00Z" });
    const path = join(results, invalid, "comparison.csv");
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(",VALID,", ",INVALID,"));
    const sweep = { kind: "sweep", scenario: "golden-chat", by: "rate" } as const;
    await writePastRun(results, { at: "2026-11-04T02:00:00Z", manifest: { study: sweep } });
    const again = { kind: "nightly", night: "2026-11-04", slot: 1, slots: 1, rerun: "the key had expired" } as const;
    const rerun = await writePastRun(results, { at: "2026-11-05T02:00:00Z", manifest: { study: again } });
    await publish();
    expect(site("latest.csv")).toBe(readFileSync(source(1, "comparison.csv"), "utf8"));
    expect(site("runs/index.html")).toContain("SIMULATED, INVALID");
    expect(site("targets/sim-fast.html")).toContain("1 INVALID run left out");
    expect(site(`runs/${rerun}.html`)).toContain("in no ranking or series: the key had expired");
  });

  it("puts the cheapest good answers first, and leads to the targets", async () => {
    await publish();
    const order = [...site("index.html").matchAll(/<th scope="row"><a href="targets\/([\w-]+)\.html">/g)].map(
      ([, id]) => id,
    );
    expect(order).toEqual(["sim-flaky", "sim-fast", "sim-flaky", "sim-fast"]);
  });

  it("is empty when nothing may be published", async () => {
    for (const run of [0, 1]) for (const target of ["sim-fast", "sim-flaky"]) sellReal(run, target, "groq");
    expect(await publish()).toMatchObject({ runs: 0 });
    expect(site("index.html")).toContain("No run is published yet.");
    expect(site("latest.csv")).toBe(`${COMPARISON_COLUMNS.join(",")}\n`);
  });
});

describe("the feed", () => {
  const regression: Regression = {
    target: "sim-fast",
    scenario: "golden-chat",
    metric: "ttft",
    stat: "p50_all",
    unit: "ms",
    value: 320,
    baseline: 212,
    nights: 14,
    change: { value: 0.51, low: 0.44, high: 0.58 },
    pAdjusted: 0.001,
    family: 12,
    since: "2026-11-01",
  };

  async function writeNightRecord(night: string, regressions: readonly Regression[]): Promise<void> {
    await writeNight(results, { ...nightOf(night, [nightPart(night, [])]), regressions }, {});
  }

  it("has each confirmed regression once, with its size, newest first", async () => {
    await writeNightRecord("2026-11-01", []);
    await writeNightRecord("2026-11-02", [regression]);
    await writeNightRecord("2026-11-03", [
      regression,
      { ...regression, metric: "e2e", value: Infinity, change: { value: Infinity, low: Infinity, high: Infinity } },
    ]);
    await publish();
    const entries = [
      ...site("feed.xml").matchAll(
        /<entry>\n<title>([^<]*)<\/title>\n<id>(urn:uuid:[\da-f-]{36})<\/id>\n<updated>(.*)<\/updated>/g,
      ),
    ];
    expect(entries.map(([, title, , updated]) => [title, updated])).toEqual([
      ["sim-fast: e2e p50_all fails (golden-chat)", "2026-11-03T00:00:00Z"],
      ["sim-fast: ttft p50_all +51 % (golden-chat)", "2026-11-02T00:00:00Z"],
    ]);
    expect(new Set(entries.map(([, , id]) => id)).size).toBe(2);
    expect(site("feed.xml")).toContain(
      "320 ms against a median of 212 over 14 nights, 95 % interval +44 % to +58 %; since 2026-11-01",
    );
    expect(site("index.html")).toContain("sim-fast: ttft p50_all +51 % (golden-chat)");
    expect(site("targets/sim-fast.html")).toContain("+51 %");
    expect(site("targets/sim-flaky.html")).not.toContain("+51 %");
  });

  it("counts shares in points", async () => {
    const share = {
      metric: "success_share",
      stat: "value",
      unit: "share",
      change: { value: -0.25, low: -0.4, high: -0.1 },
    } as const;
    await writeNightRecord("2026-11-02", [{ ...regression, ...share, value: 0.7, baseline: 0.95 }]);
    await publish();
    expect(site("feed.xml")).toContain("<title>sim-fast: success_share -25 points (golden-chat)</title>");
  });

  it("keeps silent about targets that are not published, and tells of a night that cannot be read", async () => {
    await writeNightRecord("2026-11-02", [{ ...regression, target: "secret" }]);
    mkdirSync(join(results, "nights", "2026-11-03"));
    writeFileSync(join(results, "nights", "2026-11-03", "night.json"), "{");
    const { warnings } = await publish();
    expect(warnings).toEqual([expect.stringMatching(/night\.json is not JSON: left out$/)]);
    expect(site("feed.xml")).not.toContain("<entry>");
    expect(site("feed.xml")).not.toContain("secret");
  });
});

describe("after a night", () => {
  it("index and site are up to date, and what goes wrong is told and stops nothing", async () => {
    expect(await publishNight(results, out, null)).toEqual([]);
    expect(site("latest.csv")).toBe(readFileSync(source(1, "comparison.csv"), "utf8"));
    expect(readdirSync(join(results, ".index"))).toContain("index.json");
    writeFileSync(join(results, "taken"), "");
    rmSync(join(results, ".index"), { recursive: true });
    expect(await publishNight(results, join(results, "taken", "site"), null)).toEqual([
      expect.stringMatching(/taken/) as string,
    ]);
    expect(readdirSync(join(results, ".index"))).toContain("index.json");
  });
});

describe("what others wrote", () => {
  it("is text on every page, and no path", async () => {
    const hostile = '../../<script>alert("x")</script>';
    for (const file of ["comparison.csv", "summary.csv"]) {
      const quoted = `"${hostile.replaceAll('"', '""')}"`;
      writeFileSync(source(1, file), readFileSync(source(1, file), "utf8").replaceAll(/,sim-fast,/g, `,${quoted},`));
    }
    await publish();
    for (const [path, text] of Object.entries(filesOf(out))) {
      if (path.endsWith(".html")) expect(text).not.toContain("<script>alert");
    }
    expect(readdirSync(join(out, "targets")).sort()).toEqual([
      expect.stringMatching(/^script-alert-x-script-\w+\.html$/),
      "sim-fast.html",
      "sim-flaky.html",
    ]);
  });

  it("is left out where it is damaged, and named", async () => {
    writeFileSync(source(0, "manifest.json"), "{");
    rmSync(source(1, "summary.csv"));
    await writePastRun(results, { at: "2026-11-03T02:00:00Z" });
    const { runs: count, warnings } = await publish();
    expect({ count, warnings }).toEqual({
      count: 1,
      warnings: [
        expect.stringMatching(new RegExp(`^${runs[0]} was left out: .*not valid JSON`)),
        `${runs[1]} has no reports: \`herdbench report ${runs[1]}\` makes them`,
      ],
    });
  });
});

describe("herdbench publish", () => {
  it("says what it wrote, and who was left out", async () => {
    sellReal(1, "sim-flaky", "groq");
    const cwd = join(results, "..");
    const { code, stdout, stderr } = await herdbench(["publish", "--out", "public"], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^public: 2 runs, \d+ files written, 0 unchanged\ngroq: left out, .*\n--include-unknown PROVIDER /,
    );
    const all = await herdbench(
      ["publish", "--out", "all", "--include-unknown", "--site-url", "https://example.org/x"],
      { cwd },
    );
    expect(all.stdout).toContain("groq: published at the maintainer's own decision");
    expect(readFileSync(join(cwd, "all", "feed.xml"), "utf8")).toContain('xml:base="https://example.org/x/"');
  });

  it("refuses a results folder without a run, and leaves the site as it is", async () => {
    await publish();
    const before = filesOf(out);
    const cwd = join(results, "..");
    mkdirSync(join(cwd, "damaged", "20261101T020000Z-quick"), { recursive: true });
    mkdirSync(join(cwd, "bare"));
    for (const folder of ["nowhere", "bare", "damaged"]) {
      const { code, stdout, stderr } = await herdbench(["publish", "--out", out, "--result-dir", folder], { cwd });
      expect([code, stdout, stderr.trimEnd().split("\n")]).toEqual([
        2,
        "",
        [expect.stringMatching(`^herdbench: no run in ${folder}.*: nothing was published. .*--result-dir`)],
      ]);
    }
    expect(filesOf(out)).toEqual(before);
  });

  it("refuses a provider that nobody knows, and an address that is none", async () => {
    const cwd = join(results, "..");
    const unknown = await herdbench(["publish", "--out", "o", "--include-unknown", "nobody"], { cwd });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no provider "nobody"') as string });
    const { code, stderr } = await herdbench(["publish", "--out", "o", "--site-url", "example"], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining("--site-url: must be the address")]);
  });
});

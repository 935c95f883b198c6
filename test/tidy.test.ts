import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { METRICS } from "../src/measure/catalogue.ts";

/* Rules of the house that no tool knows. Each failure names the files and, where it is not plain, the mend. */

const root = join(import.meta.dirname, "..");

/** Made by tools or users and never part of the project; what .gitignore names. */
const IGNORED = new Set([".git", ".env", "coverage", "dist", "herdbench.json", "node_modules"]);

/** Every file of the project, as paths below the root; runs in results/ are data and left out. */
const files = listed("").filter((path) => !path.startsWith("results/") || path === "results/README.md");
const sources = files.filter((path) => path.startsWith("src/") && [".ts", ".js"].includes(extname(path)));
const tests = files.filter((path) => path.startsWith("test/") && path.endsWith(".ts"));

function listed(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (IGNORED.has(path) || path.endsWith(".tgz")) return [];
    return entry.isDirectory() ? listed(path) : [path];
  });
}

function text(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** `path:line: text` of every line that a pattern finds. */
function found(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    text(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

describe("the tree", () => {
  it("keeps its root to the few names that the architecture knows", () => {
    const allowed = new Set(
      "LICENSE README.md package-lock.json package.json tsconfig.json providers results scenarios src test".split(" "),
    );
    const names = new Set(files.map((path) => path.split("/")[0] ?? path));
    expect([...names].filter((name) => !name.startsWith(".") && !allowed.has(name))).toEqual([]);
  });

  it("has no file over 1 MB", () => {
    expect(files.filter((path) => statSync(join(root, path)).size > 1_000_000)).toEqual([]);
  });

  it("has no machine's path and no unfinished thought in its text", () => {
    const written = files.filter((path) => !path.startsWith("test/fixtures/") && path !== "package-lock.json");
    // Written in a way that lets this file pass its own test.
    const places = ["work", "home", "root", "Users"].map((name) => `/${name}/`).join("|");
    const thoughts = ["TO-DO", "FIX-ME", "HA-CK", "XX-X"].map((word) => `\\b${word.replace("-", "")}\\b`).join("|");
    expect(found(written, new RegExp(`(^|[\\s"'\`(=:])(${places})|${thoughts}`))).toEqual([]);
  });
});

describe("the sources", () => {
  it("read the day from the clock that is passed in", () => {
    const judged = sources.filter((path) => !/^src\/(cli|time|simulator)\//.test(path));
    expect(found(judged, /\bnew Date\(\s*\)|[^.\w]Date\(\s*\)/)).toEqual([]);
  });

  it("name what they import in plain quotes, so that the linter's layer table sees it", () => {
    expect(found([...sources, ...files.filter((path) => /^providers\/.*\.ts$/.test(path))], /\bimport\(\s*`/)).toEqual(
      [],
    );
  });

  it("load the database in history alone, and only when it is asked", () => {
    expect(found(sources, /^import (?!type\b).*"@duckdb\//)).toEqual([]);
    expect(found(sources, /"@duckdb\//).filter((line) => !line.startsWith("src/history/"))).toEqual([]);
  });

  it("switch a lint rule off for one line at a time, with the reason beside it", () => {
    const all = found([...sources, ...tests], /(oxlint|eslint)-disable/).filter(
      (line) => !line.startsWith("test/tidy"),
    );
    expect(all.filter((line) => !/-disable-(next-)?line \S.* -- \S/.test(line))).toEqual([]);
  });

  it("list every metric file in the catalogue, under its own name", () => {
    const metricFiles = sources.filter((path) => path.startsWith("src/measure/metrics/"));
    expect(METRICS.map(({ id }) => id).toSorted()).toEqual(metricFiles.map((path) => basename(path, ".ts")).toSorted());
  });
});

describe("the tests", () => {
  it("run all, always", () => {
    const switches = /\b(it|test|describe|suite|bench)(\.\w+)*\.(only|skip|skipIf|todo|fails)\b|\bx(it|describe)\(/;
    expect(found(tests, switches)).toEqual([]);
  });

  it("mention every metric by its id", () => {
    const all = tests.map(text).join("\n");
    expect(METRICS.map(({ id }) => id).filter((id) => !new RegExp(`\\b${id}\\b`).test(all))).toEqual([]);
  });
});

describe("the data files", () => {
  it.for(["providers", "scenarios"])("in %s carry an id equal to their file name", (folder) => {
    const names = files.filter((path) => path.startsWith(`${folder}/`) && path.endsWith(".json"));
    expect(names.length).toBeGreaterThan(0);
    const ids = names.map((path) => (JSON.parse(text(path)) as { id: string }).id);
    expect(ids).toEqual(names.map((path) => basename(path, ".json")));
  });
});

describe("src/README.md", () => {
  it("gives the reason of each dependency, and of no other", () => {
    const { dependencies, devDependencies } = JSON.parse(text("package.json")) as Record<
      string,
      Record<string, string>
    >;
    const [, section = ""] = text("src/README.md").split(/^## Dependencies$/m);
    const reasons = [...section.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name]) => String(name));
    expect(reasons.toSorted()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).toSorted());
  });

  it("knows every folder of src", () => {
    const folders = new Set(
      sources.map((path) => path.split("/")).flatMap(([, name, file]) => (file && name ? [name] : [])),
    );
    expect([...folders].filter((name) => !text("src/README.md").includes(`src/${name}/`))).toEqual([]);
  });
});

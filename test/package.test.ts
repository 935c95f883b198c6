import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/* The npm package as its user meets it: packed, installed into an empty folder, run there. */

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
};

let folder: string;
let installed: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "herdbench-package-")));
  run(root, "npm", "pack", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "no tarball";
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball));
  installed = join(folder, "node_modules/herdbench");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program to its end, with the Node of this test first in the path, and gives its output. */
function run(cwd: string, program: string, ...args: readonly string[]): string {
  const { status, text, stdout } = finish(cwd, program, args);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${text}`);
  return stdout;
}

function finish(
  cwd: string,
  program: string,
  args: readonly string[],
): { status: number | null; text: string; stdout: string } {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  return { status, stdout, text: `${stdout}${stderr}${error?.message ?? ""}` };
}

function herdbench(...args: readonly string[]): string {
  return run(folder, join(folder, "node_modules/.bin/herdbench"), ...args);
}

describe("the installed package", () => {
  it("says its version", () => {
    expect(herdbench("--version").trim()).toBe(manifest.version);
  });

  it("lists the scenarios that it brings", () => {
    const brought = readdirSync(join(root, "scenarios")).map((name) => name.replace(/\.json$/, ""));
    const shown = herdbench("scenarios", "list");
    expect(brought.filter((id) => !shown.includes(id))).toEqual([]);
  });

  it("lists the providers that it brings, those with code in them too", () => {
    const brought = readdirSync(join(root, "providers")).flatMap((name) => /^(.*)\.(?:json|ts)$/.exec(name)?.[1] ?? []);
    const shown = herdbench("providers", "list", "--all");
    expect(brought.filter((id) => id !== "simulator" && !shown.includes(id))).toEqual([]);
    expect(herdbench("providers", "show", "bedrock")).toContain("AWS Signature Version 4");
  });

  it("runs the embedded simulator and writes a whole run folder", () => {
    const args = ["--target", "sim-fast", "--num-prompts", "3", "--input-len", "20", "--output-len", "8"];
    // A busy machine may make the measurement invalid (4), or a fault be drawn (3): either way there is a report.
    const { status, text } = finish(folder, join(folder, "node_modules/.bin/herdbench"), ["run", ...args, "--quiet"]);
    expect([0, 3, 4], text).toContain(status);
    const [runFolder = "none"] = readdirSync(join(folder, "results"));
    const names = readdirSync(join(folder, "results", runFolder)).map((name) => name.replace(/\.gz$/, ""));
    // A busy machine may also have blocked our event loop, which is on record.
    expect(names.filter((name) => name !== "stalls.ndjson").toSorted()).toEqual([
      "comparison.csv",
      "events.ndjson",
      "intents.ndjson",
      "manifest.json",
      "observations.ndjson",
      "report.html",
      "report.json",
      "report.md",
      "summary.csv",
      "tokens.ndjson",
    ]);
  });

  it("holds the program and its data, but no sources, tests or results", () => {
    expect(readdirSync(installed).toSorted()).toEqual(
      "LICENSE README.md dist package.json providers scenarios src".split(" "),
    );
    const shipped = readdirSync(join(installed, "src"), { recursive: true, encoding: "utf8" });
    const sourceFiles = shipped.filter((name) => /\.\w+$/.test(name));
    const meant = [join("cli", "bin.js"), "README.md"];
    expect(sourceFiles.filter((name) => !name.endsWith(".schema.json") && !meant.includes(name))).toEqual([]);
  });

  it("ships every file that its exports name", () => {
    const targets = Object.values(manifest.exports).flatMap((to) =>
      typeof to === "string" ? [to] : Object.values(to),
    );
    expect(targets.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
  });

  it("gives a strict TypeScript user its types", () => {
    mkdirSync(join(folder, "user"));
    writeFileSync(
      join(folder, "user/index.ts"),
      [
        'import { main } from "herdbench";',
        'import { failure, type Wire } from "herdbench/kit";',
        "export const code: Promise<number> = main([]);",
        'export const kind: "tls" | string = failure("tls", {}).kind;',
        "// @ts-expect-error -- a wire has a request function that takes a call",
        'export const wrong: Parameters<Wire["request"]>[0] = 1;',
      ].join("\n"),
    );
    const options = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "es2024",
      skipLibCheck: false,
      types: [],
    };
    writeFileSync(join(folder, "user/tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["."] }));
    const { status, text } = finish(folder, join(root, "node_modules/.bin/tsc"), ["-p", "user"]);
    expect(text).toBe("");
    expect(status).toBe(0);
  });
});

describe("the program on a Node that is too old", () => {
  const pretend =
    'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
  const refusal = /^herdbench: needs Node\.js 22\.19 or newer, this is 20\.20\.2: (.*)\n$/;

  it.for([
    ["a clone", () => root, "run `npm ci`, which brings one, then `npx herdbench`"],
    ["a project that installed it", () => installed, "install one from https://nodejs.org"],
  ] as const)("says in one line how to mend it in %s, and ends with 2", ([, place, mend]) => {
    const bin = join(place(), "src/cli/bin.js");
    const { status, text } = finish(root, process.execPath, ["--import", pretend, bin, "--version"]);
    expect(refusal.exec(text)?.[1]).toBe(mend);
    expect(status).toBe(2);
  });
});

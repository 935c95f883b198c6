import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * A layer rule that is quietly not applied is worse than none. So every rule is broken here once, in a planted tree under
 * the project's own linter settings, and has to be caught; and what is allowed has to pass. The table is written out a
 * second time on purpose: the settings are what is tested.
 */

const root = join(import.meta.dirname, "..");

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  time: ["core"],
  protocol: ["core"],
  auth: ["core"],
  scenario: ["core"],
  store: ["core"],
  tokens: ["core"],
  quality: ["core"],
  transport: ["core", "protocol", "time"],
  run: ["core", "scenario", "time", "transport", "protocol", "store"],
  measure: ["core"],
  report: ["core", "measure", "store"],
  history: ["core", "measure", "store"],
  study: [
    "core",
    "time",
    "protocol",
    "auth",
    "scenario",
    "store",
    "tokens",
    "quality",
    "transport",
    "run",
    "measure",
    "report",
    "history",
    "simulator",
    "registry.ts",
    "kit.ts",
    "package-root.ts",
  ],
  simulator: [],
  cli: ["*"],
  "registry.ts": ["*"],
  "kit.ts": ["core", "protocol", "auth"],
  "package-root.ts": [],
};
const FOLDERS = Object.keys(MAY_IMPORT).filter((name) => !name.endsWith(".ts"));
/** All that one file of src could reach: each layer, the two files beside them, and the providers. */
const PLACES = [...Object.keys(MAY_IMPORT), "providers"];

const IMPORTS = "eslint(no-restricted-imports)";
const GLOBALS = "eslint(no-restricted-globals)";
const PROPERTIES = "eslint(no-restricted-properties)";
const CYCLE = "import(no-cycle)";

/** Planted files by path: one statement a line, each with the rule that has to catch it, or null when it is allowed. */
const planted = new Map<string, readonly (readonly [line: string, rule: string | null])[]>();

/** Path of a place as a file at `depth` folders below src would write it. */
function pathTo(place: string, depth: number): string {
  const up = depth === 0 ? "./" : "../".repeat(depth);
  if (place === "providers") return `${"../".repeat(depth + 1)}providers/x.ts`;
  return place.endsWith(".ts") ? `${up}${place}` : `${up}${place}/x.ts`;
}

function plantTable(file: string, layer: string, depth: number): void {
  const may = MAY_IMPORT[layer] ?? [];
  const lines = PLACES.filter((place) => place !== layer).map((place) => {
    const allowed = may.includes("*") || may.includes(place);
    return [`import "${pathTo(place, depth)}";`, allowed ? null : IMPORTS] as const;
  });
  planted.set(file, [...lines, ...own(layer, depth)]);
}

/** What lies in the same folder may always be imported. */
function own(layer: string, depth: number): readonly (readonly [string, null])[] {
  return layer.endsWith(".ts")
    ? []
    : [['import "./y.ts";', null] as const, [`import "${"../".repeat(depth - 1)}./z.ts";`, null] as const];
}

for (const layer of Object.keys(MAY_IMPORT)) {
  if (layer.endsWith(".ts")) plantTable(`src/${layer}`, layer, 0);
  else {
    plantTable(`src/${layer}/table.ts`, layer, 1);
    plantTable(`src/${layer}/below/table.ts`, layer, 2);
  }
}

planted.set("providers/planted.ts", [
  ['import "../src/kit.ts";', null],
  ['import type { Wire } from "../src/kit.ts"; export type W = Wire;', null],
  ...["../src/core/x.ts", "../src/registry.ts", "../src/run/x.ts", "../src/protocol/x.ts", "./other.ts"].map(
    (path) => [`import "${path}";`, IMPORTS] as const,
  ),
  ...["node:fs", "node:timers", "node:crypto", "undici", "zod"].map((name) => [`import "${name}";`, IMPORTS] as const),
  ['export const key = process.env["KEY"];', PROPERTIES],
  ['export const page = fetch("http://127.0.0.1");', GLOBALS],
  ["setTimeout(() => {}, 1);", GLOBALS],
]);

planted.set("src/run/forms.ts", [
  ['import { a } from "../measure/x.ts"; export const useA = a;', IMPORTS],
  ['import * as b from "../measure/x.ts"; export const useB = b;', IMPORTS],
  ['import type { C } from "../measure/x.ts"; export type UseC = C;', IMPORTS],
  ['import { type D } from "../measure/x.ts"; export type UseD = D;', IMPORTS],
  ['export { e } from "../measure/x.ts";', IMPORTS],
  ['export type { F } from "../measure/x.ts";', IMPORTS],
  ['export * from "../measure/x.ts";', IMPORTS],
  ['export const g = import("../measure/x.ts");', IMPORTS],
  ['export const h = import("../../src/measure/x.ts");', IMPORTS],
  ['import "./../measure/x.ts";', IMPORTS],
  ['export type I = import("../measure/x.ts").I;', "typescript(consistent-type-imports)"],
  ['const path = "../measure/x"; export const j = import(path + ".ts");', "import(no-dynamic-require)"],
  ['import { createRequire } from "node:module"; export const k = createRequire;', IMPORTS],
]);

/** Statements that reach for the clock, chance, the environment or the network, and the rule that forbids each. */
const CLOCKS = [
  ["export const a = Date.now();", PROPERTIES],
  ['export const b = Date["now"]();', PROPERTIES],
  ["const { now } = Date; export const c = now;", PROPERTIES],
  ["export const d = performance.now();", GLOBALS],
  ["export const e = globalThis.performance;", PROPERTIES],
  ["export const f = process.hrtime.bigint();", PROPERTIES],
  ['import { performance as clock } from "node:perf_hooks"; export const g = clock;', IMPORTS],
  ["setTimeout(() => {}, 1);", GLOBALS],
  ["setInterval(() => {}, 1);", GLOBALS],
  ["setImmediate(() => {});", GLOBALS],
  ["export const later = setTimeout;", GLOBALS],
  ["globalThis.setTimeout(() => {}, 1);", PROPERTIES],
  ["globalThis.setInterval(() => {}, 1);", PROPERTIES],
  ["globalThis.setImmediate(() => {});", PROPERTIES],
  ["export const h = AbortSignal.timeout(1);", PROPERTIES],
  ['import { setTimeout as wait } from "node:timers/promises"; export const i = wait;', IMPORTS],
  ['import { setTimeout as waitToo } from "node:timers"; export const j = waitToo;', IMPORTS],
] as const;
const SURROUNDINGS = [
  ['export const k = process.env["KEY"];', PROPERTIES],
  ["const { env } = process; export const l = env;", PROPERTIES],
  ["export const m = process.argv;", PROPERTIES],
  ["export const n = globalThis.process;", PROPERTIES],
  ["export const o = Math.random();", PROPERTIES],
  ["const { random } = Math; export const p = random;", PROPERTIES],
  ['export const q = fetch("http://127.0.0.1");', GLOBALS],
  ['export const r = globalThis.fetch("http://127.0.0.1");', PROPERTIES],
  ["global.setTimeout(() => {}, 1);", GLOBALS],
] as const;
const PROCESS = ['import { env as e2 } from "node:process"; export const s = e2;', IMPORTS] as const;
const UNDICI = ['import { fetch as f2 } from "undici"; export const t = f2;', IMPORTS] as const;

for (const layer of FOLDERS.filter((name) => !["core", "time", "cli", "simulator"].includes(name))) {
  const http = layer === "transport" ? [] : [UNDICI];
  planted.set(`src/${layer}/bans.ts`, [...CLOCKS, ...SURROUNDINGS, PROCESS, ...http]);
}
planted.set("src/core/bans.ts", [
  ...CLOCKS,
  ...SURROUNDINGS,
  PROCESS,
  UNDICI,
  ['import "node:fs";', IMPORTS],
  ['import "zod";', IMPORTS],
]);
planted.set("src/time/bans.ts", [...CLOCKS.map(([line]) => [line, null] as const), ...SURROUNDINGS, PROCESS, UNDICI]);
for (const layer of ["cli", "simulator"]) {
  planted.set(
    `src/${layer}/bans.ts`,
    [...CLOCKS, ...SURROUNDINGS, PROCESS].map(([line]) => [line, null] as const),
  );
}
planted.set("src/simulator/packages.ts", [
  ['import "node:http";', null],
  ...["zod", "undici", "@scope/name", "commander/lib"].map((name) => [`import "${name}";`, IMPORTS] as const),
]);
for (const layer of ["protocol", "auth", "scenario", "quality", "measure"]) {
  planted.set(
    `src/${layer}/io.ts`,
    ["node:fs", "node:fs/promises", "node:http", "node:net", "node:child_process", "node:worker_threads"].map(
      (name) => [`import "${name}";`, IMPORTS] as const,
    ),
  );
}

planted.set("src/cli/house.ts", [
  ["async function send(): Promise<number> { return 1; }", null],
  ["send();", "typescript(no-floating-promises)"],
  ["void send();", null],
  ["[1].forEach(async () => { await send(); });", "typescript(no-misused-promises)"],
  ["export const one = await 1;", "typescript(await-thenable)"],
  ["export const anything: any = 1;", "typescript(no-explicit-any)"],
  ["export const parsed: number = JSON.parse('1');", "typescript(no-unsafe-assignment)"],
  ["export const loose = (x: unknown): boolean => x == 1;", "eslint(eqeqeq)"],
  ['export function grade(x: "a" | "b"): void { switch (x) { case "a": } }', "typescript(switch-exhaustiveness-check)"],
  ['import "fs";', "unicorn(prefer-node-protocol)"],
]);
planted.set("src/cli/long-function.ts", [
  ["export function long(): void {", "eslint(max-lines-per-function)"],
  ...Array.from({ length: 70 }, () => ["  void 0;", null] as const),
  ["}", null],
]);
planted.set("src/cli/cycle-a.ts", [
  ['import type { B } from "./cycle-b.ts";', CYCLE],
  ["export type A = B | 1;", null],
]);
planted.set("src/cli/cycle-b.ts", [
  ['import type { A } from "./cycle-a.ts";', CYCLE],
  ["export type B = A[];", null],
]);

let folder: string;
/** `rule` by `file:line`. */
const caught = new Map<string, Set<string>>();
let output = "";

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "herdbench-layers-")));
  for (const name of [".oxlintrc.json", "tsconfig.json"]) cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [file, lines] of planted) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${lines.map(([line]) => line).join("\n")}\n`);
  }
  writeFileSync(join(folder, "src/cli/long-file.ts"), "export {};\n".repeat(401));
  const bin = join(root, "node_modules/.bin/oxlint");
  const done = spawnSync(bin, ["--format", "json", "src", "providers"], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  output = `${done.stdout}\n${done.stderr}`;
  const { diagnostics } = JSON.parse(done.stdout) as { diagnostics: readonly Diagnostic[] };
  for (const { code, filename, labels } of diagnostics) {
    const at = `${filename}:${labels[0]?.span.line ?? 0}`;
    caught.set(at, (caught.get(at) ?? new Set()).add(code));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

/** The rules of this test's concern: others may find fault with planted nonsense as they please. */
const WATCHED = new Set([...planted.values()].flat().flatMap(([, rule]) => (rule === null ? [] : [rule])));

describe("the linter, on a planted tree", () => {
  it.for([...planted])("catches each violation and nothing else in %s", ([file, lines]) => {
    const expected = lines.map(([line, rule]) => `${line}  ${rule ?? "allowed"}`);
    const judged = lines.map(([line, wanted], index) => {
      const rules = [...(caught.get(`${file}:${index + 1}`) ?? [])].filter((rule) => WATCHED.has(rule));
      if (wanted !== null && rules.includes(wanted)) return `${line}  ${wanted}`;
      // Planted tables import each other; cycles are looked for in files of their own.
      const others = rules.filter((rule) => rule !== CYCLE);
      return `${line}  ${others.length === 0 ? "allowed" : others.join(", ")}`;
    });
    expect(judged).toEqual(expected);
  });

  it("catches a file of more than 400 lines", () => {
    expect(output).toContain("eslint(max-lines)");
    expect([...caught].filter(([, rules]) => rules.has("eslint(max-lines)")).map(([at]) => at.split(":")[0])).toEqual([
      "src/cli/long-file.ts",
    ]);
  });

  it("says why an import is forbidden", () => {
    expect(output).toContain("an oracle shares no code with what it judges");
    expect(output).toContain("a file in providers/ may import src/kit.ts and nothing else");
  });
});

describe("the source tree", () => {
  it("has no folder and no lone file that the layer table does not know", () => {
    const entries = readdirSync(join(root, "src"), { withFileTypes: true });
    const unknown = entries.filter((entry) => !(entry.name in MAY_IMPORT) && entry.name !== "README.md");
    expect(unknown.map((entry) => entry.name)).toEqual([]);
  });
});

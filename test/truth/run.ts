/*
 * The truth test: what the client measures, held against the ledger of the server, and against bare sockets under the same
 * load. `npm run truth [-- --only TEXT] [--json FILE]`; ends with code 1 when anything is wrong or later than its ceiling.
 */

import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Load } from "../../src/core/load.ts";
import type { Profile } from "../../src/simulator/profile.ts";
import { INSTANT } from "../support/simulator-client.ts";
import type { Spread } from "../support/truth-ceilings.ts";
import { isPaceJudged, measureLine, type Line, type MeasuredLine } from "../support/truth-line.ts";

/** Two opposite characters, without any spread: the streams of a burst write at the same moments, the worst case. */
const CHARACTERS = {
  "50 ms + 20 ms": { outputTokens: 100, alone: 5, profile: profileOf(50, 20, 1) },
  "1500 ms + 100 ms": { outputTokens: 80, alone: 3, profile: profileOf(1500, 100, 4) },
} as const;

/** Poisson, so that staggered streams do not write in step; all of them overlap. */
const staggered = (streams: number): Load => ({
  kind: "open",
  arrival: "poisson",
  ratePerSecond: streams,
  maxInFlight: streams,
});
const closed = (maxConcurrency: number): Load => ({ kind: "closed", maxConcurrency, rampUpMs: 0, thinkTime: null });

/** `requests` null: one after another, as many as the character says. */
const LOADS: readonly { readonly name: string; readonly load: Load; readonly requests: number | null }[] = [
  { name: "1", load: closed(1), requests: null },
  { name: "50 staggered", load: staggered(50), requests: 50 },
  { name: "200 staggered", load: staggered(200), requests: 200 },
  { name: "200 at once", load: closed(200), requests: 200 },
];

const COLUMNS: readonly (readonly [title: string, text: (row: MeasuredLine) => string])[] = [
  ["wire", ({ line }) => line.wire],
  ["TTFT + per event", ({ line }) => line.character],
  ["streams", ({ line }) => line.loadName],
  ["events", ({ events }) => String(events)],
  ["events/s", ({ eventsPerSecond }) => eventsPerSecond.toFixed(0)],
  ["TTFT error p50/p99/max", ({ errors }) => spreadText(errors.ttft)],
  ["bare", ({ bare }) => spreadText(bare.ttft)],
  ["of it, request read", ({ arrivalMs }) => spreadText(arrivalMs)],
  ["event error", ({ errors }) => spreadText(errors.event)],
  ["bare", ({ bare }) => spreadText(bare.event)],
  ["E2E error", ({ errors }) => spreadText(errors.e2e)],
  ["bare", ({ bare }) => spreadText(bare.e2e)],
  ["least", ({ leastMs }) => leastMs.toFixed(3)],
  ["TPOT off p50/worst", ({ tpotShareP50, tpotShareMax }) => `${percent(tpotShareP50)} / ${percent(tpotShareMax)} %`],
  ["server late p99", ({ latenessMsP99 }) => latenessMsP99?.toFixed(2) ?? ""],
  ["idle process late p99/max", ({ host }) => `${host.p99Ms.toFixed(1)} / ${host.maxMs.toFixed(1)}`],
  ["loop delay max", ({ loopDelayMsMax }) => loopDelayMsMax.toFixed(1)],
  ["validity", ({ invalid }) => (invalid.length === 0 ? "VALID" : "INVALID")],
  ["load avg", () => loadavg()[0]!.toFixed(1)],
  ["counts", ({ wrong }) => (wrong.length === 0 ? "equal" : `${wrong.length} problems`)],
  ["ceilings", ({ late }) => (late.length === 0 ? "kept" : `${late.length} broken`)],
];

const { values: flags } = parseArgs({
  options: {
    json: { type: "string" },
    only: { type: "string", default: "" },
    /** A machine that grew busy between floor and measurement does not do so each time; a client that is late is. */
    attempts: { type: "string", default: "3" },
    /** Stamps content this much too late, to see that it is found out. */
    "plant-ms": { type: "string", default: "0" },
  },
  strict: true,
});
const lines = allLines().filter((line) => nameOf(line).includes(flags.only));
const rows: MeasuredLine[] = [];
const problems: string[] = [];
const notes: string[] = [];
print(COLUMNS.map(([title]) => title));
print(COLUMNS.map(() => "---"));
for (const line of lines) {
  for (let left = Number(flags.attempts); left > 0; left -= 1) {
    const row = await measureLine(line, Number(flags["plant-ms"]));
    rows.push(row);
    print(COLUMNS.map(([, text]) => text(row)));
    notes.push(...row.invalid.map((reason) => `INVALID ${nameOf(line)}: ${reason}`));
    problems.push(...row.wrong.map((each) => `PROBLEM ${nameOf(line)}: ${each}`));
    if (row.late.length === 0) break;
    const said = row.late.map((each) => `${nameOf(line)}: ${each}`);
    if (left > 1) notes.push(...said.map((each) => `measured again ${each}`));
    else problems.push(...said.map((each) => `PROBLEM ${each}`));
  }
}
if (!rows.some(isPaceJudged))
  problems.push("PROBLEM no run was valid: this machine is too busy to say anything about TPOT");
process.stdout.write(
  `\nmilliseconds; ${cpus().length} cores; ${process.version}\n${[...notes, ...problems].join("\n")}\n`,
);
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function allLines(): readonly Line[] {
  return (["http", "tls"] as const).flatMap((wire) =>
    Object.entries(CHARACTERS).flatMap(([character, { alone, ...of }]) =>
      LOADS.map(({ name, load, requests }) => {
        return { wire, character, loadName: name, load, streams: requests ?? alone, ...of };
      }),
    ),
  );
}

function nameOf({ wire, character, loadName }: Line): string {
  return `${wire}, ${character}, ${loadName}`;
}

function profileOf(ttftMs: number, gapMs: number, tokensPerEvent: number): Profile {
  return {
    ...INSTANT,
    ttft: { baseMs: ttftMs, perInputTokenMs: 0, sigma: 0 },
    interEvent: { meanMs: gapMs, sigma: 0 },
    tokensPerEvent,
    capacity: 1000,
  };
}

function percent(share: number): string {
  return (share * 100).toFixed(2);
}

function spreadText({ p50, p99, max }: Spread): string {
  return `${p50.toFixed(2)} / ${p99.toFixed(2)} / ${max.toFixed(2)}`;
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

import type { Caps, RunCaps } from "../core/caps.ts";
import type { Plan } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { ceilings } from "./spend.ts";

/** Says what a run would ask for and what it can cost at most. Nothing is sent. */
export function dryRun(plans: readonly Plan[], targets: readonly Target[], caps: RunCaps, asJson: boolean): string {
  const rows = ceilings(plans, targets);
  const total = {
    requests: sum(rows.map((row) => row.requests)),
    inputTokens: sum(rows.map((row) => row.inputTokens)),
    outputTokens: sum(rows.map((row) => row.outputTokens)),
    usd: rows.some((row) => row.usd === null) ? null : sum(rows.map((row) => row.usd ?? 0)),
  };
  if (asJson) return `${JSON.stringify({ dryRun: true, capUsd: caps.run.usd, caps, rows, total }, null, 2)}\n`;
  const line = (name: string, scenario: string, row: typeof total): string =>
    [
      name.padEnd(22),
      scenario.padEnd(14),
      row.requests.toLocaleString("en-US").padStart(8),
      row.inputTokens.toLocaleString("en-US").padStart(11),
      row.outputTokens.toLocaleString("en-US").padStart(11),
      (row.usd === null ? "unknown" : `$${row.usd.toFixed(4)}`).padStart(10),
    ].join(" ");
  const simulated = targets.filter((target) => target.simulated).length;
  return [
    "dry run: nothing was sent",
    `${"target".padEnd(22)} ${"scenario".padEnd(14)} ${"requests".padStart(8)} ${"tokens in".padStart(11)} ${"tokens out".padStart(11)} ${"at most".padStart(10)}`,
    ...rows.map((row) => line(row.target, row.scenario, row)),
    line("total", "", total),
    ...plans.flatMap(untilNote),
    simulated > 0
      ? `${simulated} of ${targets.length} targets are simulated: their prices are invented and nothing is paid`
      : "",
    ...capLines(caps),
    ...targets.flatMap(hourNote),
    "",
  ]
    .filter((text, i, all) => text !== "" || i === all.length - 1)
    .join("\n");
}

function capLines({ run, targets }: RunCaps): string[] {
  const limits = ({ usd, tokens, requests }: Caps): string =>
    [
      usd === null ? [] : [`before $${usd} are spent`],
      tokens === null ? [] : [`before ${tokens.toLocaleString("en-US")} tokens are used`],
      requests === null ? [] : [`after ${requests.toLocaleString("en-US")} requests`],
    ]
      .flat()
      .join(", ");
  const stops = [["the run", run] as const, ...Object.entries(targets)].flatMap(([name, caps]) => {
    const text = limits(caps);
    return text === "" ? [] : [`${name} stops ${text}`];
  });
  return run.usd === null ? ["no money cap on the run", ...stops] : stops;
}

/** No cap holds what is billed by the hour: it must be known beforehand. */
function hourNote({ id, price }: Target): string[] {
  if (price.kind !== "hour") return [];
  const usdPerHour = price.usdPerReplicaHour * price.replicas;
  return [`${id} bills $${usdPerHour} an hour, used or not: no cap holds that`];
}

/** A closed loop that only a duration ends asks for as much as the answers allow: its row is the limit, not a forecast. */
function untilNote({ scenario: { id, load, stop } }: Plan): string[] {
  if (load.kind !== "closed" || stop.durationMs === null || stop.requests !== null) return [];
  return [`${id} ends after ${stop.durationMs / 1000} s: its requests are the limit of the program, not a forecast`];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

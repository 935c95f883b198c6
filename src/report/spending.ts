import type { CapReached } from "../core/caps.ts";
import { runSeconds } from "../core/run.ts";
import type { Analysis } from "../measure/analysis.ts";
import { decimal, plural, short, usd } from "./text.ts";

/** One sentence for each cap that was reached, with the arithmetic of why the next call did not leave. */
export function capSentences({ manifest }: Analysis): readonly string[] {
  return (manifest.end?.capsReached ?? []).map((reached) => {
    const who = reached.target === null ? "the run stopped at its cap" : `${reached.target} stopped at its own cap`;
    return `${who} of ${amount(reached, reached.limit)}: ${arithmetic(reached)}`;
  });
}

/** `$0.002 billed + $0.0004 in flight + $0.0009 for the next call = $0.0033`; terms of nothing are left out. */
function arithmetic(reached: CapReached): string {
  const { billed, kept, inFlight, next } = reached;
  const terms = [
    { value: billed, text: "billed" },
    { value: kept, text: "kept for calls of unknown bill" },
    { value: inFlight, text: "reserved in flight" },
    { value: next, text: "for the next call" },
  ].filter(({ value }) => value > 0);
  const sum = amount(reached, billed + kept + inFlight + next);
  return `${terms.map(({ value, text }) => `${amount(reached, value)} ${text}`).join(" + ")} = ${sum}`;
}

/** Not rounded as for a glance: the sum must be seen to be above the cap. */
function amount({ unit }: CapReached, value: number): string {
  if (unit === "usd") return `$${decimal(value)}`;
  return `${decimal(value)} ${value === 1 ? unit.slice(0, -1) : unit}`;
}

/** What was spent beside the calls' reservations: past them, or by the hour. */
export function spendSentences({ manifest, overshootUsd, hourly }: Analysis): readonly string[] {
  const seconds = runSeconds(manifest);
  const during = seconds === null ? "" : `: ${plural(Math.round(seconds), "second")} of this run are `;
  return [
    ...(overshootUsd > 0 ? [`overshoot ${usd(overshootUsd)}: calls cost more than was reserved for them`] : []),
    ...hourly.map(
      (each) =>
        `${each.target} bills $${short(each.usdPerHour)} an hour, used or not, and no cap holds that` +
        (each.usd === null ? "" : `${during}${usd(each.usd)}`),
    ),
  ];
}

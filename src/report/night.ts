import type { NightRecord, Suspect } from "../core/night.ts";
import { inert } from "./markdown.ts";
import { percent, plain, plural, usd } from "./text.ts";

/** What is wrong with a night, line by line, for a terminal of any width. */
export function nightLines(record: NightRecord): readonly string[] {
  const { night, coverage, findings, parts, message } = record;
  const needs = neededNights(record);
  return [
    `${night}  ${message}`,
    coverage,
    ...findings.flatMap(({ owner, cause, target, since, detail, next }) => [
      `${owner.padEnd(8)}${target ?? "the night"}: ${cause}, since ${since}: ${detail}`,
      `next    ${next}`,
    ]),
    ...(needs > 0 ? [`regressions: no verdict for some targets yet, needs ${plural(needs, "more night")}`] : []),
    ...parts.flatMap(({ runId }) => (runId === null ? [] : [`run     ${runId}`])),
  ].map(plain);
}

/** `night.md`: for a job summary, a mail or a page. Ends with a line feed. */
export function nightMarkdown(record: NightRecord): string {
  const { night, coverage, findings, parts, hooks, message, simulated } = record;
  const needs = neededNights(record);
  const suspected = suspectedTargets(record);
  const failing = hooks.filter(({ ok }) => !ok);
  return [
    `# Night of ${night}${simulated ? " (SIMULATED)" : ""}`,
    "",
    inert(message),
    "",
    `It ${coverage}; ${usd(record.spentUsd)} spent.`,
    "",
    ...(findings.length === 0
      ? [
          suspected.length === 0
            ? "Nothing is wrong."
            : `Suspected, not confirmed: ${suspected.map(inert).join(", ")}.`,
          "",
        ]
      : [
          "| who | target | cause | since | what | next |",
          "|---|---|---|---|---|---|",
          ...findings.map(
            (one) =>
              `| ${one.owner} | ${inert(one.target ?? "")} | ${one.cause} | ${one.since} | ${inert(one.detail)} | ${inert(one.next)} |`,
          ),
          "",
        ]),
    "| slot | run | state | targets answered |",
    "|---|---|---|---|",
    ...parts.map(({ slot, runId, state, invalid, targets }) => {
      const shown = state === "complete" && invalid.length > 0 ? "invalid" : state;
      return `| ${slot} | ${runId ?? "none"} | ${shown} | ${targets.map(answered).map(inert).join(", ")} |`;
    }),
    "",
    ...(needs > 0
      ? [`A verdict on regressions of every target needs ${plural(needs, "more complete night")}.`, ""]
      : []),
    ...failing.map(({ hook, detail }) => `The hook ${hook} failed: ${inert(detail)}.`),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** Targets with a figure that was worse, but is no confirmed regression. */
export function suspectedTargets({
  parts,
  regressions,
}: Pick<NightRecord, "parts" | "regressions">): readonly string[] {
  const isSame = (a: Suspect, b: Suspect): boolean =>
    a.target === b.target && a.scenario === b.scenario && a.metric === b.metric && a.stat === b.stat;
  const left = parts.flatMap(({ suspects }) => suspects.filter((one) => !regressions.some((of) => isSame(of, one))));
  return [...new Set(left.map(({ target }) => target))];
}

function answered({ target, measured }: NightRecord["parts"][number]["targets"][number]): string {
  if (measured === null) return `${target} not measured`;
  const all = measured.succeeded + Object.values(measured.failures).reduce((sum, count) => sum + count, 0);
  return `${target} ${all === 0 ? "none" : `${percent(measured.succeeded / all)} %`}`;
}

function neededNights({ parts }: NightRecord): number {
  return Math.max(0, ...parts.flatMap(({ needs }) => needs.map(({ nights }) => nights)));
}

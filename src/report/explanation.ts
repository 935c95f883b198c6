import type { Explanation, Fact } from "../measure/explain/explanation.ts";
import { wrap } from "./columns.ts";
import { decimal, NO_VALUE, plain } from "./text.ts";

const COLUMNS = 100;
const INDENT = "    ";

/** Every factor on a line, its source and date below it. Ends with a line feed. */
export function explanationText({
  runId,
  target,
  scenario,
  metric,
  title,
  simulated,
  invalid,
  parts,
}: Explanation): string {
  const made = simulated
    ? ["SIMULATED: the simulator answered; pace and tokens are its own, and what it stands for is invented."]
    : [];
  const lines = [
    plain(`${metric} of ${target} in ${scenario}: ${title}`),
    plain(`run ${runId}`),
    ...made,
    ...invalid.flatMap((reason) => hanging(plain(`INVALID: ${reason}`), "")),
    ...parts.flatMap(({ heading, sentences, facts }) => [
      "",
      heading.toUpperCase(),
      ...sentences.flatMap((sentence) => hanging(plain(sentence), "  ")),
      ...facts.flatMap(factLines),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function factLines({ name, value, low, high, unit, source, date }: Fact): readonly string[] {
  const shown = value === null ? NO_VALUE : typeof value === "number" ? decimal(value) : value;
  const ends = low === null || high === null ? "" : ` (${decimal(low)} to ${decimal(high)})`;
  return [
    ...hanging(plain(`${name}: ${shown}${ends} ${unit}`), "  "),
    ...hanging(plain(`${source}; ${date}`), `${INDENT}  `),
  ];
}

function hanging(text: string, indent: string): readonly string[] {
  return wrap(text, COLUMNS - indent.length).map((line) => indent + line);
}

/** The same for programs. Ends with a line feed. */
export function explanationJson(explanation: Explanation): string {
  const finite = (_: string, value: unknown): unknown => (value === Infinity ? "inf" : value);
  return `${JSON.stringify(explanation, finite, 2)}\n`;
}

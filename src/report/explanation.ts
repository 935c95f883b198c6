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
  invalidMeaning,
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
    ...(invalidMeaning === null ? [] : hanging(invalidMeaning, "  ")),
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
  const shown = value === null ? NO_VALUE : typeof value === "number" ? readable(value) : value;
  const ends = low === null || high === null ? "" : ` (${readable(low)} to ${readable(high)})`;
  return [
    ...hanging(plain(`${name}: ${shown}${ends} ${unit}`), "  "),
    ...hanging(plain(`${source}; ${date}`), `${INDENT}  `),
  ];
}

const WHOLE_BELOW = 1e11;

/**
 * Whole numbers and stamps as they are, others to five significant digits: enough to compute on, where more would claim what
 * no source holds. Powers of ten where zeros would have to be counted. JSON has every digit.
 */
function readable(value: number): string {
  if (!Number.isFinite(value)) return decimal(value);
  const magnitude = Math.abs(value);
  const rounded = magnitude >= 1e4 ? Math.round(value) : Number(value.toPrecision(5));
  const isLong = magnitude >= WHOLE_BELOW || (magnitude > 0 && magnitude < 1e-4);
  return isLong ? Number(value.toPrecision(5)).toExponential().replace("e+", "e") : decimal(rounded);
}

function hanging(text: string, indent: string): readonly string[] {
  return wrap(text, COLUMNS - indent.length).map((line) => indent + line);
}

/** The same for programs. Ends with a line feed. */
export function explanationJson(explanation: Explanation): string {
  const finite = (_: string, value: unknown): unknown => (value === Infinity ? "inf" : value);
  return `${JSON.stringify(explanation, finite, 2)}\n`;
}

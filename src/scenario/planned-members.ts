/** What to do instead. */
export const PLANNED_MEND =
  "the plan sets this, and the caps reserve money by it: leave it out, and set model, lengths or load of target and scenario";

/** Members of a body that say what is asked and how much may be billed, in any way of writing them. */
const PLANNED: ReadonlySet<string> = new Set(["model", "modelid", "messages", "prompt", "stream", "isstream"]);
/** Several answers are billed, of which one is read. */
const ANSWERS: ReadonlySet<string> = new Set(["n", "bestof", "numgenerations"]);
const LENGTHS: ReadonlySet<string> = new Set([
  "maxtokens",
  "maxcompletiontokens",
  "maxnewtokens",
  "maxoutputtokens",
  "maxgenlen",
  "numpredict",
]);
/** Objects in which Ollama and Bedrock have their limit. */
const HOLDERS: ReadonlySet<string> = new Set(["options", "inferenceconfig"]);

/**
 * Paths of those members of an extra body that would put something else in the place of what was planned: reserved is what
 * the scenario asks for, and nothing else may be sent.
 */
export function plannedIn(extraBody: Readonly<Record<string, unknown>>): readonly (readonly string[])[] {
  return Object.entries(extraBody).flatMap(([name, value]) => {
    const word = wordOf(name);
    if (PLANNED.has(word) || ANSWERS.has(word) || LENGTHS.has(word)) return [[name]];
    if (!HOLDERS.has(word) || typeof value !== "object" || value === null) return [];
    return Object.keys(value).flatMap((inner) => (LENGTHS.has(wordOf(inner)) ? [[name, inner]] : []));
  });
}

function wordOf(name: string): string {
  return name.replace(/[^a-z\d]/gi, "").toLowerCase();
}

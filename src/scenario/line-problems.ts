/** What is wrong with the lines of a file, all at once: equal problems share a sentence. */
export interface LineProblems {
  add(line: number, what: string): void;
  any(): boolean;
  /** `lines 3, 7 and 12: must be a JSON object`, in order of the first line of each. */
  sentences(): readonly string[];
}

export function lineProblems(): LineProblems {
  const linesOf = new Map<string, number[]>();
  return {
    add: (line, what) => {
      const lines = linesOf.get(what);
      if (lines === undefined) linesOf.set(what, [line]);
      else lines.push(line);
    },
    any: () => linesOf.size > 0,
    sentences: () => [...linesOf].map(([what, lines]) => `${linesText(lines)}: ${what}`),
  };
}

function linesText(lines: readonly number[]): string {
  if (lines.length === 1) return `line ${lines[0]!}`;
  return `lines ${lines.slice(0, -1).join(", ")} and ${lines.at(-1)!}`;
}

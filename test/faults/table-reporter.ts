import type { Reporter, TestModule } from "vitest/node";

/** An outcome that is not as promised can be a whole screen. */
const OUTCOME_CHARS_MAX = 100;

/** Prints the fault matrix: outcome and duration of each fault, as seen in this run of the tests. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const rows = tests.flatMap((test) => {
      const { fault } = test.meta();
      return fault === undefined ? [] : [{ ...fault, ok: test.ok() }];
    });
    const lines = [
      ["fault", "outcome", "seconds", "limit"],
      ...rows.map(({ fault, outcome, seconds, secondsMax, ok }) => [
        fault,
        `${ok ? "" : "NOT AS PROMISED: "}${outcome}`.replace(/\s+/g, " ").slice(0, OUTCOME_CHARS_MAX),
        seconds.toFixed(2),
        String(secondsMax),
      ]),
    ];
    const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
    const text = lines.map((line) =>
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  "),
    );
    process.stdout.write(`\n${text.join("\n")}\n`);
  }
}

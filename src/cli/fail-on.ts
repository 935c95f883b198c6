import type { Analysis } from "../measure/analysis.ts";
import { findingsOf, parseCondition, type Condition } from "../measure/fail-on.ts";
import { findingLines } from "../report/findings.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

/** @throws UsageError with every condition that cannot be read, before anything is sent */
export function conditionsOf(texts: readonly string[] | undefined): readonly Condition[] {
  const parsed = (texts ?? []).map(parseCondition);
  const problems = parsed.flatMap((one) => (one.ok ? [] : [one.problem]));
  if (problems.length > 0) throw new UsageError(...problems);
  return parsed.flatMap((one) => (one.ok ? [one.condition] : []));
}

/** Says on standard error what was found, and whether that fails. */
export function judgeConditions(analysis: Pick<Analysis, "groups">, conditions: readonly Condition[]): ExitCode {
  const findings = findingsOf(analysis, conditions);
  for (const line of findingLines(findings)) process.stderr.write(`herdbench: --fail-on ${line}\n`);
  return findings.some(({ hits }) => hits.length > 0) ? EXIT.failOn : EXIT.ok;
}

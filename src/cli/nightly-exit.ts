import type { Finding, NightRecord } from "../core/night.ts";
import { EXIT, exitCode, type ExitCode } from "./exit-codes.ts";

/** Which of a night's findings the caller has to hear of by the exit code. */
const EXIT_OF: Readonly<Partial<Record<Finding["cause"], ExitCode>>> = {
  "key-missing": EXIT.targetFailed,
  "key-refused": EXIT.targetFailed,
  payment: EXIT.targetFailed,
  "price-unknown": EXIT.targetFailed,
  configuration: EXIT.targetFailed,
  quota: EXIT.targetFailed,
  failing: EXIT.targetFailed,
  unreachable: EXIT.targetFailed,
  vantage: EXIT.invalid,
  "client-slow": EXIT.invalid,
  "machine-unfit": EXIT.invalid,
  budget: EXIT.budget,
  interrupted: EXIT.interrupted,
};

/** The exit code of a night by what is wrong with it. */
export function nightExit({ findings, parts }: NightRecord, failOnRegression: boolean): ExitCode {
  const checks = new Map(
    parts.flatMap(({ targets }) => targets.map((one) => [one.target, one.check.verdict] as const)),
  );
  return exitCode(
    findings.flatMap(({ cause, target }) => {
      if (cause === "regression") return failOnRegression ? [EXIT.failOn] : [];
      // What its provider's file dates as gone is a result.
      if (cause === "endpoint-gone") return checks.get(target ?? "") === "gone" ? [] : [EXIT.targetFailed];
      return EXIT_OF[cause] ?? [];
    }),
  );
}

/** What the process says to its caller. */
export const EXIT = {
  ok: 0,
  /** Only with `--fail-on` or `--fail-on-regression`. */
  failOn: 1,
  /** Bad usage or configuration. */
  usage: 2,
  /** A target failed more than `--max-failure-share`. */
  targetFailed: 3,
  /** The measurement is invalid. */
  invalid: 4,
  /** A cap in money, tokens or requests was reached. */
  budget: 5,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** First of these wins when several apply. */
const PRECEDENCE: readonly ExitCode[] = [130, 70, 2, 5, 4, 3, 1, 0];

/** The one code for several findings; 0 for none. */
export function exitCode(found: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => found.includes(code)) ?? EXIT.ok;
}

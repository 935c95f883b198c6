import type { FailureKind } from "../../core/failure.ts";
import type { Cause, NightPart, NightTarget, Owner } from "../../core/night.ts";

/** Who has to act on what. */
export const OWNER_OF: Readonly<Record<Cause, Owner>> = {
  "key-missing": "us",
  "key-refused": "us",
  payment: "us",
  "price-unknown": "us",
  configuration: "us",
  quota: "us",
  "endpoint-gone": "seller",
  "back-again": "us",
  failing: "seller",
  unreachable: "seller",
  regression: "seller",
  vantage: "network",
  budget: "budget",
  "client-slow": "tool",
  "machine-unfit": "tool",
  crashed: "tool",
  interrupted: "us",
  missed: "us",
  publishing: "tool",
};

/** What failures of a kind tell, where they are most of what happened. */
const CAUSE_OF_KIND: Readonly<Partial<Record<string, Cause>>> = {
  auth: "key-refused",
  payment: "payment",
  "not-found": "endpoint-gone",
  "bad-request": "configuration",
  network: "unreachable",
  tls: "unreachable",
} satisfies Partial<Record<FailureKind, Cause>>;

/** After one of these from the small call there is nothing to measure: each request would fail, and some be billed. */
export const HOPELESS: ReadonlySet<FailureKind | null> = new Set(["auth", "payment", "not-found", "bad-request"]);

/** What is wrong with one target in one part. */
export interface TargetCause {
  readonly cause: Cause;
  readonly detail: string;
}

/**
 * What is wrong with a target in one part of a night; null for nothing. An endpoint that is acknowledged as gone is fine as
 * long as it is gone.
 */
export function causeOf(of: NightTarget, night: string, failureShareMax: number): TargetCause | null {
  const found = fromCheck(of) ?? fromRun(of, failureShareMax);
  const isExpected = isExpectedGone(of, night);
  if (found?.cause === "endpoint-gone" && isExpected) return null;
  if (found === null && isExpected) {
    return { cause: "back-again", detail: `answers again, though acknowledged as gone until ${of.goneUntil}` };
  }
  return found;
}

/** True for a target that is acknowledged as gone in that night: it counts neither as missing nor as there. */
export function isExpectedGone({ goneUntil }: NightTarget, night: string): boolean {
  return goneUntil !== null && night <= goneUntil;
}

function fromCheck({ check }: NightTarget): TargetCause | null {
  const { verdict, unasked, failure, note } = check;
  if (unasked !== null) return { cause: unasked, detail: note };
  if (verdict === "gone") return { cause: "endpoint-gone", detail: note };
  if (verdict !== "failed") return null;
  // Whatever else failed once is asked again by the run, which then tells.
  return HOPELESS.has(failure) ? { cause: CAUSE_OF_KIND[failure ?? ""] ?? "failing", detail: note } : null;
}

function fromRun({ measured, check }: NightTarget, failureShareMax: number): TargetCause | null {
  if (measured === null) return null;
  const { succeeded, failures, quotaLimited } = measured;
  const kinds = Object.entries(failures).sort((a, b) => b[1] - a[1]);
  const failed = kinds.reduce((sum, [, count]) => sum + count, 0);
  if (failed === 0 || failed / (failed + succeeded) <= failureShareMax) return null;
  const [kind] = kinds.find(([name]) => name !== "held back") ?? kinds[0]!;
  const detail = `${failed} of ${failed + succeeded} requests failed, most by ${kind}`;
  if (kind === "rate-limited" && quotaLimited)
    return { cause: "quota", detail: `${detail}: the plan is above your limit` };
  const isAll = succeeded === 0;
  const cause = isAll ? CAUSE_OF_KIND[kind] : undefined;
  return { cause: cause ?? "failing", detail: check.note === "" ? detail : `${detail}; ${check.note}` };
}

/** True when nobody could be reached: then no seller is to blame. */
export function isVantageFault({ targets }: NightPart): boolean {
  const asked = targets.filter(({ check }) => check.verdict !== "not asked");
  if (asked.length === 0) return false;
  const unreachable = asked.every(
    ({ check, measured }) =>
      (check.failure === "network" || check.failure === "timeout") && (measured === null || measured.succeeded === 0),
  );
  return (asked.length > 1 && unreachable) || asked.some(({ measured }) => (measured?.excused ?? 0) > 0);
}

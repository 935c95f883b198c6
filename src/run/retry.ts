import type { Observation } from "../core/observation.ts";
import type { Random } from "../core/random.ts";
import type { RetryPolicy } from "../core/scenario.ts";
import type { Us } from "../core/units.ts";

/**
 * How long to wait before a failed attempt is followed by another one, milliseconds; null when it stands. The backoff doubles
 * from one attempt to the next, and a draw between half and all of it keeps clients that failed together from coming back
 * together. A server that names a time is believed: no attempt comes earlier, and none at all when it asks for more than the
 * policy is willing to wait.
 *
 * @param draw seeded, so that a plan meets the same waits again
 */
export function retryWaitMs(policy: RetryPolicy, observation: Observation, draw: Random): number | null {
  const { failure, attempt, rateLimit } = observation;
  if (failure === null || attempt >= policy.attempts) return null;
  if (!policy.on.some((kind) => kind === failure.kind)) return null;
  const askedMs = rateLimit?.retryAfterMs ?? 0;
  if (askedMs > policy.waitMsMax) return null;
  const backoffMs = Math.min(policy.backoffMs * 2 ** (attempt - 1), policy.waitMsMax);
  return Math.max(askedMs, backoffMs * (1 - draw.next() / 2));
}

/** What it takes to make attempts of one request. */
export interface Retries {
  /** Null: whatever comes of the first one stands. */
  readonly policy: RetryPolicy | null;
  readonly draw: (attempt: number) => Random;
  /** Lets an attempt go; null when it did not leave. */
  readonly attemptOnce: (dueUs: Us, attempt: number) => Promise<Observation | null>;
  /** Waits; resolves to the moment that was waited for. */
  readonly rested: (forMs: number) => Promise<Us>;
}

/** Makes one attempt after another until one stands: at most as many as the policy says. */
export async function withRetries(of: Retries, firstDueUs: Us): Promise<void> {
  let dueUs = firstDueUs;
  for (let attempt = 1; ; attempt += 1) {
    const observation = await of.attemptOnce(dueUs, attempt);
    if (observation === null || of.policy === null) return;
    const waitMs = retryWaitMs(of.policy, observation, of.draw(attempt));
    if (waitMs === null) return;
    dueUs = await of.rested(waitMs);
  }
}

/** What failures make of the cost of a request. */
export interface RetryCost {
  /** Attempts that one answer takes on average. */
  readonly attemptsPerSuccess: number;
  /** Probability that a request is answered in the end. */
  readonly successProb: number;
  /** Expected cost of a request, answered or given up. */
  readonly usdPerRequest: number;
  /** The same over the requests that are answered. */
  readonly usdPerSuccess: number;
  /** Of it, what failures add to the cost of a call that goes well, as a share. */
  readonly premium: number;
}

/**
 * Cost of requests that are tried again when they fail, each attempt failing with the same probability f and a failed one
 * billed as a share b of a good one: `c + b c f / (1 − f)` per answer, however often is tried. With k attempts a request costs
 * `c (1 − f^k) + b c f (1 − f^k) / (1 − f)`, the second term being the expected number of failures.
 *
 * @param of.maxAttempts Infinity: until it is answered
 */
export function retryCost(of: {
  readonly usdOk: number;
  readonly failProb: number;
  readonly billedShareFailed: number;
  readonly maxAttempts: number;
}): RetryCost {
  const { usdOk, failProb, billedShareFailed, maxAttempts } = of;
  // 1 to the power of infinity is no number.
  const successProb = failProb === 1 ? 0 : 1 - failProb ** maxAttempts;
  const failures = failProb === 1 ? maxAttempts : (failProb * successProb) / (1 - failProb);
  // Infinitely many failures that nobody bills cost nothing.
  const wasted = billedShareFailed === 0 ? 0 : billedShareFailed * usdOk * failures;
  const usdPerRequest = usdOk * successProb + wasted;
  const usdPerSuccess = successProb === 0 ? Infinity : usdPerRequest / successProb;
  return {
    attemptsPerSuccess: 1 / (1 - failProb),
    successProb,
    usdPerRequest,
    usdPerSuccess,
    premium: usdPerSuccess / usdOk - 1,
  };
}

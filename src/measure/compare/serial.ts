import type { Estimate } from "./clustered.ts";

/** Beyond it there is hardly more than one value. */
const CORRELATION_MAX = 0.95;

/**
 * An estimate whose values depend on those before them: its standard error is at least that of a first-order autoregression,
 * s √((1 + ρ) / (1 − ρ) / n), and its degrees of freedom at most those of as many independent values (Bayley and Hammersley 1946).
 * ρ is the first autocorrelation, raised by what short series lose of it (Marriott and Pope 1954), and never below 0.
 *
 * @param scores in order of time, as many as the estimate has
 */
export function withMemory(estimate: Estimate, scores: readonly number[]): Estimate {
  const n = scores.length;
  const around = scores.map((score) => score - estimate.mean);
  const squares = around.reduce((sum, one) => sum + one * one, 0);
  if (squares === 0 || n < 6) return estimate;
  const found = around.slice(1).reduce((sum, one, i) => sum + one * around[i]!, 0) / squares;
  const raised = Math.min(CORRELATION_MAX, (n * found + 1) / (n - 4));
  const correlation = Math.max(0, Math.min(CORRELATION_MAX, raised + Math.sqrt((1 - raised ** 2) / n)));
  const fewer = (1 - correlation) / (1 + correlation);
  return {
    mean: estimate.mean,
    error: Math.max(estimate.error, Math.sqrt(squares / (n - 1) / n / fewer)),
    degrees: Math.min(estimate.degrees, n * fewer - 1),
  };
}

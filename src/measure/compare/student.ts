import { gammaln } from "simple-statistics";

const TERMS_MAX = 10_000;
const PRECISION = 1e-15;
/** Keeps a denominator of the continued fraction from being nothing. */
const TINY = 1e-300;

/**
 * Two-sided p of Student's t: P(|T| ≥ |t|) = I(ν / (ν + t²); ν/2, 1/2), the regularised incomplete beta function
 * (Abramowitz and Stegun 26.7.1, 26.5.27). Degrees of freedom need not be whole; none say nothing: 1.
 */
export function studentP(t: number, degrees: number): number {
  if (degrees <= 0) return 1;
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** Two-sided quantile: the t that {@link studentP} gives this p to, by halving; ∞ without degrees of freedom. */
export function studentQuantile(p: number, degrees: number): number {
  if (degrees <= 0) return Infinity;
  let low = 0;
  let high = 1;
  while (studentP(high, degrees) > p && high < 1e12) high *= 2;
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (studentP(middle, degrees) > p) low = middle;
    else high = middle;
  }
  return high;
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const weight = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges quickly on this side of the mean only.
  return x < (a + 1) / (a + b + 2) ? (weight * fraction(x, a, b)) / a : 1 - (weight * fraction(1 - x, b, a)) / b;
}

/** Continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), from the front (Lentz). */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / atLeastTiny(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < TERMS_MAX; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / atLeastTiny(1 + term * d);
      c = atLeastTiny(1 + term / c);
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return value;
}

function atLeastTiny(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

import { gammaln } from "simple-statistics";

const TERMS_MAX = 1000;
const PRECISION = 1e-14;
/** Halvings that take an interval of 2^60 below any double's resolution of its end. */
const HALVINGS_MAX = 120;

/**
 * P(T > t) for Student's t with any number of degrees of freedom above 0, whole or not: half the regularised incomplete beta
 * function I_x(df/2, 1/2) at x = df/(df + t²) (Abramowitz and Stegun 26.7.1), by its continued fraction (DLMF 8.17.22).
 */
export function studentTail(t: number, df: number): number {
  if (t === Infinity) return 0;
  if (t < 0) return 1 - studentTail(-t, df);
  return incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
}

/** The t that is exceeded with probability `tail`, at most 0.5. */
export function studentQuantile(tail: number, df: number): number {
  let low = 0;
  let high = 2 ** 60;
  for (let i = 0; i < HALVINGS_MAX; i += 1) {
    const middle = (low + high) / 2;
    if (studentTail(middle, df) > tail) low = middle;
    else high = middle;
  }
  return high;
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast below the mean; above it the symmetric one does.
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** From the front, each step once (Lentz). */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < TERMS_MAX; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let step = 1;
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      step = c * d;
      value *= step;
    }
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return value;
}

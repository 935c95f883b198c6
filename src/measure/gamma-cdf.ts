import { gammaln } from "simple-statistics";

/** More terms than any shape up to 10,000 needs: both expansions take about the root of it. */
const TERMS_MAX = 10_000;
const PRECISION = 1e-14;

/**
 * P(X ≤ x) of a gamma variable of this shape and mean 1: the regularised incomplete gamma function P(a, a·x), by its series
 * below a + 1 and its continued fraction above (Abramowitz and Stegun 6.5.29 and 6.5.31).
 */
export function gammaCdf(shape: number, x: number): number {
  if (x <= 0) return 0;
  const z = shape * x;
  const weight = Math.exp(shape * Math.log(z) - z - gammaln(shape));
  return z < shape + 1 ? weight * lowerSeries(shape, z) : 1 - weight * upperFraction(shape, z);
}

function lowerSeries(shape: number, z: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < TERMS_MAX && term > sum * PRECISION; n += 1) {
    term *= z / (shape + n);
    sum += term;
  }
  return sum;
}

/** From the front, each step once (Lentz). */
function upperFraction(shape: number, z: number): number {
  let b = z + 1 - shape;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < TERMS_MAX; n += 1) {
    const a = n * (shape - n);
    b += 2;
    d = 1 / (b + a * d);
    c = b + a / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) break;
  }
  return fraction;
}

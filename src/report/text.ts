export { plain } from "../core/text.ts";

/**
 * A number for machines: plain notation, no exponent, trailing zeros dropped; six decimals from 1 on and six
 * significant digits below. Infinity is `inf`, null is empty.
 */
export function decimal(value: number | null): string {
  return withSpecials(value, (finite) => {
    const magnitude = finite === 0 ? 0 : Math.floor(Math.log10(Math.abs(finite)));
    const places = magnitude >= 0 ? 6 : Math.min(100, 5 - magnitude);
    return trimZeros(fixed(finite, places));
  });
}

/** Milliseconds for machines: always three decimals. */
export function milliseconds(value: number | null): string {
  return withSpecials(value, (finite) => unsigned(fixed(finite, 3)));
}

/** What a reader sees where there is no value. */
export const NO_VALUE = "-";

/** A number for people: three significant digits, whole from 100 on. */
export function short(value: number | null): string {
  if (value === null) return NO_VALUE;
  return withSpecials(value, (finite) =>
    Math.abs(finite) >= 100 ? finite.toFixed(0) : trimZeros(decimal(Number(finite.toPrecision(3)))),
  );
}

/** A share of 1 as percent with at most one decimal; never rounded up to 100 nor down to 0. */
export function percent(share: number | null): string {
  if (share === null) return NO_VALUE;
  const value = Math.round(share * 1000) / 10;
  if (value === 100 && share < 1) return "99.9";
  if (value === 0 && share > 0) return "0.1";
  return trimZeros(value.toFixed(1));
}

/** `205-220`, both ends for people; `to` joins them where an end is negative. Empty when no interval is stated. */
export function interval(low: number | null, high: number | null): string {
  if (low === null || high === null) return "";
  return low < 0 || high < 0 ? `${short(low)} to ${short(high)}` : `${short(low)}-${short(high)}`;
}

/** USD for people: `$0.61`, `$0.0042`, `$12.30`. */
export function usd(value: number): string {
  if (value > 0 && value < 0.1) return `$${decimal(Number(value.toPrecision(2)))}`;
  return `$${withSpecials(value, (finite) => fixed(finite, 2).replace(/\.00$/, ""))}`;
}

/** `9 truncated, 5 overloaded`: the largest first, equals by name. */
export function tally(counts: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(counts)
    .flatMap(([name, count]) => (count ? [{ name, count }] : []))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .map(({ name, count }) => `${count} ${name}`)
    .join(", ");
}

/** `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function withSpecials(value: number | null, format: (finite: number) => string): string {
  if (value === null || Number.isNaN(value)) return "";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return format(value);
}

/** `toFixed` turns to exponents at 1e21. */
function fixed(value: number, places: number): string {
  return Math.abs(value) < 1e21 ? value.toFixed(places) : BigInt(value).toString();
}

function trimZeros(digits: string): string {
  return unsigned(digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);
}

/** Rounding can leave a minus sign before nothing but zeros. */
function unsigned(digits: string): string {
  return /^-[0.]+$/.test(digits) ? digits.slice(1) : digits;
}

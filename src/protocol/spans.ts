const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd]))+$/;

/** Plain decimal digits as headers carry them; no exponents, no hexadecimal. */
export function decimal(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d{1,15}(?:\.\d{1,9})?\s*$/.test(text) ? Number(text) : null;
}

/** Milliseconds of seconds as a plain number, or of a duration: `1.5`, `2m59.56s`, `250ms`. */
export function spanMs(text: string): number | null {
  const seconds = decimal(text);
  if (seconds !== null) return wholeUs(seconds * 1000);
  const compact = text.trim();
  if (!DURATION.test(compact)) return null;
  const parts = [...compact.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return wholeUs(parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!, 0));
}

/** Milliseconds to the whole microsecond: products and sums of decimals leave crumbs. */
export function wholeUs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

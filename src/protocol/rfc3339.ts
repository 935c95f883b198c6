const RFC_3339 = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;

/** Microseconds since 1970 of a moment such as `2026-11-23T18:49:38.123456789Z`; null when it is none. */
export function instantUs(text: string): number | null {
  const [, seconds = "", fraction = "", zone = ""] = RFC_3339.exec(text) ?? [];
  const ms = Date.parse(seconds + zone);
  return Number.isNaN(ms) ? null : ms * 1000 + Math.floor(Number(fraction.padEnd(9, "0")) / 1000);
}

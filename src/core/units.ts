/** Microseconds on the run's monotonic clock, counted from the run's origin. Always an integer. */
export type Us = number;

/** Milliseconds from microseconds; exact to 3 decimals because stamps are integers. */
export function msFromUs(us: Us): number {
  return us / 1000;
}

/** Microseconds from milliseconds, rounded to a whole stamp. */
export function usFromMs(ms: number): Us {
  return Math.round(ms * 1000);
}

/**
 * The host's monotonic clock, which all processes of one host share: a stamp of this process and a stamp of a client
 * subtract directly.
 */
export interface Clock {
  /** Nanoseconds since the simulator started. A plain number is exact for 104 days. */
  now(): number;
  /** The same moment on the host's clock (`process.hrtime`), nanoseconds as a decimal string. */
  absolute(ns: number): string;
}

export const NS_PER_MS = 1e6;

export function startClock(): Clock {
  const originNs = process.hrtime.bigint();
  return {
    now: () => Number(process.hrtime.bigint() - originNs),
    absolute: (ns) => String(originNs + BigInt(ns)),
  };
}

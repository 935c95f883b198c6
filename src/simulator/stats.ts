import { createHistogram } from "node:perf_hooks";

/** How the server is doing, and how well it keeps its own schedule. */
export interface SimulatorStats {
  /** Chat requests read fully. */
  readonly requests: number;
  readonly inFlight: number;
  /** Of those, waiting for capacity. */
  readonly waiting: number;
  /** Of all scheduled writes: just before the write minus due. Null before the first one. */
  readonly lateness: {
    readonly writes: number;
    readonly p50Us: number | null;
    readonly p99Us: number | null;
    readonly maxUs: number | null;
  };
  /** Why the ledger's file is incomplete; null when it is not. */
  readonly ledgerError: string | null;
}

export interface Lateness {
  record(ns: number): void;
  read(): SimulatorStats["lateness"];
}

/** A histogram of constant size, three significant figures. */
export function openLateness(): Lateness {
  const histogram = createHistogram();
  const us = (ns: number): number | null => (histogram.count === 0 ? null : ns / 1000);
  return {
    // The histogram begins at 1.
    record: (ns) => histogram.record(Math.max(1, Math.round(ns))),
    read: () => ({
      writes: histogram.count,
      p50Us: us(histogram.percentile(50)),
      p99Us: us(histogram.percentile(99)),
      maxUs: us(histogram.max),
    }),
  };
}

import { linearRegression, median } from "simple-statistics";

/** What the program held at one moment, after a full collection. */
export interface SoakSample {
  /** Seconds since its start. */
  readonly atS: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Timers, sockets and requests that keep the event loop alive. */
  readonly handles: number;
  readonly descriptors: number;
}

/** What a soak came to: figures to print, and what is wrong. */
export interface SoakVerdict {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/** Code is compiled, pools fill and buffers find their size. */
const WARM_UP_SHARE = 0.25;
/** Below it a slope is noise. */
const SECONDS_MIN = 120;
/**
 * Answers are kept until they are counted, a few hundred bytes each, and each request has its counters: so much may stay of
 * one request.
 */
const HEAP_BYTES_PER_REQUEST_MAX = 2048;
/** Of handles and descriptors, between the first and the last part: as many as connections come and go. */
const HANDLES_MAX = 16;

/** @param requests that the program let go in the same time */
export function judgeSoak(samples: readonly SoakSample[], requests: number): SoakVerdict {
  const lastS = samples.at(-1)?.atS ?? 0;
  const warm = samples.filter(({ atS }) => atS >= lastS * WARM_UP_SHARE);
  if (warm.length < 6) return { lines: [], problems: [`only ${warm.length} samples: soak for longer`] };
  const third = Math.floor(warm.length / 3);
  const [first, last] = [warm.slice(0, third), warm.slice(-third)];
  const perRequest = (slopeOf(warm, "heapBytes") * lastS) / Math.max(1, requests);
  const grown = (of: "handles" | "descriptors"): number =>
    median(last.map((sample) => sample[of])) - median(first.map((sample) => sample[of]));
  const problems = [
    lastS >= SECONDS_MIN && perRequest > HEAP_BYTES_PER_REQUEST_MAX
      ? `the heap grows by ${perRequest.toFixed(0)} bytes per request, limit ${HEAP_BYTES_PER_REQUEST_MAX}`
      : "",
    ...(["handles", "descriptors"] as const).map((of) =>
      grown(of) > HANDLES_MAX ? `${of} grow by ${grown(of)}, limit ${HANDLES_MAX}` : "",
    ),
  ];
  return {
    lines: [
      `${samples.length} samples over ${lastS.toFixed(0)} s, ${requests} requests`,
      ...(["rssBytes", "heapBytes"] as const).map((of) => `${of}: ${range(first, of)} MB -> ${range(last, of)} MB`),
      `heap per request: ${perRequest.toFixed(0)} bytes${lastS < SECONDS_MIN ? ` (not judged under ${SECONDS_MIN} s)` : ""}`,
      ...(["handles", "descriptors"] as const).map(
        (of) => `${of}: median ${median(first.map((one) => one[of]))} -> ${median(last.map((one) => one[of]))}`,
      ),
    ],
    problems: problems.filter((problem) => problem !== ""),
  };
}

/** Per second, least squares. */
function slopeOf(samples: readonly SoakSample[], of: "rssBytes" | "heapBytes"): number {
  return linearRegression(samples.map((sample) => [sample.atS, sample[of]])).m;
}

function range(samples: readonly SoakSample[], of: "rssBytes" | "heapBytes"): string {
  const megabytes = samples.map((sample) => sample[of] / 1e6);
  return `${Math.min(...megabytes).toFixed(1)}-${Math.max(...megabytes).toFixed(1)}`;
}

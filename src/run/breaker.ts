import type { Failure, FailureKind } from "../core/failure.ts";
import type { Observation } from "../core/observation.ts";
import type { TargetStop } from "../core/run.ts";
import { usFromMs, type Us } from "../core/units.ts";

/**
 * Stops asking a target that will not answer: a dead endpoint shall cost neither the night nor the account. One per target and
 * run, over all its scenarios. It counts failures in a row, in order of their ends; anything that shows the model at work
 * ends the row.
 */
export interface Breaker {
  /** When the next request may leave: now, or later while the target is stopped; Infinity when never again. */
  opensAtUs(nowUs: Us): Us;
  /** A request leaves. To a stopped target it is the probe, and nothing else leaves until it is over. */
  left(id: string): void;
  /** An attempt has ended. */
  ended(observation: Observation, nowUs: Us): void;
  /** Every stop so far. */
  stops(): readonly TargetStop[];
}

/**
 * Nothing but a person mends these: a key, an unpaid bill, a model that is gone, a request that is refused, a certificate, an
 * address. Five in a row are no blip, and cost seconds.
 */
const LASTING: ReadonlySet<FailureKind> = new Set(["auth", "payment", "not-found", "bad-request", "redirect", "tls"]);
const LASTING_MAX = 5;

/**
 * Overload, rate limits, errors and cut streams mend by themselves, and how often they happen is what is measured: they stop a
 * target only when nothing else came for a minute, the window of most rate limits, and ten times.
 */
const PASSING_MAX = 10;
const PASSING_US_MIN = 60_000_000;

/** After each, one request probes whether the target is back; then it stays stopped. Together a quarter of an hour. */
const PROBE_AFTER_MS: readonly number[] = [30_000, 60_000, 120_000, 240_000, 480_000];
/** While a probe is out, whoever waits looks again after this. */
const PROBE_LOOK_US = 1_000_000;
/** A target that is stopped this often flaps; the last stop holds. */
const STOPS_MAX = 50;

/**
 * @param onChange called when the target is stopped, and when it answers again
 */
export function openBreaker(target: string, onChange: (stop: TargetStop) => void): Breaker {
  const stops: Mutable<TargetStop>[] = [];
  let row: Row = NO_ROW;
  let stop: Mutable<TargetStop> | null = null;
  let probe: string | null = null;
  let probeAtUs = 0;

  const trip = (because: Failure, nowUs: Us): void => {
    const { kind, code } = because;
    stop = { target, atUs: nowUs, failures: row.failures, kind, code, probes: 0, resumedUs: null };
    stops.push(stop);
    probeAtUs = stops.length < STOPS_MAX ? nowUs + usFromMs(PROBE_AFTER_MS[0]!) : Infinity;
    onChange(stop);
  };
  const probed = (nowUs: Us): void => {
    if (stop === null) return;
    stop.probes += 1;
    const afterMs = PROBE_AFTER_MS[stop.probes];
    probeAtUs = afterMs === undefined ? Infinity : nowUs + usFromMs(afterMs);
  };
  const resume = (nowUs: Us): void => {
    row = NO_ROW;
    if (stop === null) return;
    stop.resumedUs = nowUs;
    onChange(stop);
    stop = null;
  };
  return {
    opensAtUs: (nowUs) => {
      if (stop === null) return nowUs;
      return probe === null ? Math.max(nowUs, probeAtUs) : nowUs + PROBE_LOOK_US;
    },
    left: (id) => {
      if (stop !== null) probe = id;
    },
    ended: (observation, nowUs) => {
      const isProbe = observation.id === probe;
      if (isProbe) probe = null;
      const because = failureOf(observation);
      if (because === "none") return;
      if (because === "alive") return resume(nowUs);
      row = longer(row, because, nowUs);
      if (isProbe) probed(nowUs);
      else if (stop === null && isTooLong(row, nowUs)) trip(because, nowUs);
    },
    stops: () => stops,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Failures since the last sign of life. */
interface Row {
  readonly failures: number;
  /** Those at its end that do not mend by themselves. */
  readonly lasting: number;
  readonly sinceUs: Us;
}

const NO_ROW: Row = { failures: 0, lasting: 0, sinceUs: 0 };

function longer(row: Row, because: Failure, nowUs: Us): Row {
  return {
    failures: row.failures + 1,
    lasting: isLasting(because) ? row.lasting + 1 : 0,
    sinceUs: row.failures === 0 ? nowUs : row.sinceUs,
  };
}

function isTooLong({ failures, lasting, sinceUs }: Row, nowUs: Us): boolean {
  return lasting >= LASTING_MAX || (failures >= PASSING_MAX && nowUs - sinceUs >= PASSING_US_MIN);
}

/** Without a connection there is nobody to mend anything: the address is wrong, or its server is gone. */
function isLasting({ kind, where }: Failure): boolean {
  return LASTING.has(kind) || ((kind === "network" || kind === "timeout") && where === "connect");
}

/** What an ended attempt says of the target; an interrupted one says nothing. */
function failureOf({ outcome, reason, failure }: Observation): Failure | "alive" | "none" {
  if (outcome === "cancelled" && reason === "interrupt") return "none";
  // A filter looks at what the model wrote.
  return failure === null || failure.kind === "content-filter" ? "alive" : failure;
}

import type { RatedLoad } from "./load.ts";
import type { Us } from "./units.ts";

/**
 * The rate that a load asks for, as a function of the time since its start. Its integral turns any of them into one
 * clock: in it arrivals come at rate 1, so that one draw of gaps serves every profile, and one test judges every run.
 */
export interface RateProfile {
  /** Arrivals expected by a moment: the integral of the rate. */
  expectedBy(at: Us): number;
  /** The moment by which so many are expected, not rounded: the inverse. */
  momentOf(expected: number): number;
}

const US_PER_SECOND = 1e6;

/** @param durationMs of the scenario; a ramp and steps need it, and go on at their last rate behind it */
export function rateProfile(load: RatedLoad, durationMs: number | null): RateProfile {
  switch (load.arrival) {
    case "constant":
    case "poisson":
    case "gamma":
      return flat(load.ratePerSecond);
    case "ramp":
      return ramp(load.ratePerSecond, load.toRatePerSecond, durationUs(durationMs));
    case "steps":
      return steps(
        load.factors.map((factor) => factor * load.ratePerSecond),
        durationUs(durationMs),
      );
  }
}

function durationUs(durationMs: number | null): Us {
  if (durationMs === null) throw new RangeError("a rate that changes needs the duration over which it does");
  return durationMs * 1000;
}

function flat(ratePerSecond: number): RateProfile {
  const usPerArrival = US_PER_SECOND / ratePerSecond;
  return { expectedBy: (at) => at / usPerArrival, momentOf: (expected) => expected * usPerArrival };
}

function ramp(fromPerSecond: number, toPerSecond: number, overUs: Us): RateProfile {
  const from = fromPerSecond / US_PER_SECOND;
  const to = toPerSecond / US_PER_SECOND;
  const slope = (to - from) / overUs;
  const within = (at: Us): number => from * at + (slope * at ** 2) / 2;
  const total = within(overUs);
  return {
    expectedBy: (at) => (at <= overUs ? within(at) : total + to * (at - overUs)),
    momentOf: (expected) =>
      expected > total
        ? overUs + (expected - total) / to
        : // The root of the quadratic in the form that loses no digits, and also holds without a slope.
          (2 * expected) / (from + Math.sqrt(from ** 2 + 2 * slope * expected)),
  };
}

function steps(ratesPerSecond: readonly number[], overUs: Us): RateProfile {
  const stepUs = overUs / ratesPerSecond.length;
  let before = 0;
  const parts = ratesPerSecond.map((perSecond, i) => {
    const part = { startUs: i * stepUs, before, perUs: perSecond / US_PER_SECOND };
    before += part.perUs * stepUs;
    return part;
  });
  return {
    expectedBy: (at) => {
      const part = parts.findLast(({ startUs }) => startUs <= at) ?? parts[0]!;
      return part.before + part.perUs * (at - part.startUs);
    },
    momentOf: (expected) => {
      const part = parts.findLast((one) => one.before <= expected) ?? parts[0]!;
      return part.startUs + (expected - part.before) / part.perUs;
    },
  };
}

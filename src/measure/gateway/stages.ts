import { gatewayStages } from "../../core/gateway.ts";
import { msFromUs, type Us } from "../../core/units.ts";
import type { Group } from "../group.ts";
import { quantileOf } from "../quantile.ts";
import { spanMs, standingOf, type Sample } from "../sample.ts";

/** What became of the requests of one stage of a gateway scenario, by first attempts. */
export interface StageFigures {
  readonly slice: string;
  /** Null: flat out. */
  readonly askedPerSecond: number | null;
  /** As asked, or less where the connections could not keep up. */
  readonly releasedPerSecond: number;
  readonly released: number;
  readonly accepted: number;
  /** By the rate limit: status 429. */
  readonly refused: number;
  /** Answers per second: after the first refusal, when what was saved up is used; without one over the whole stage. Null under a second. */
  readonly acceptedPerSecond: number | null;
  /** Those answers, and over how many seconds they came. */
  readonly sustained: { readonly answers: number; readonly seconds: number };
  /** Of answers on open connections. */
  readonly roundTripMsP50: number | null;
  readonly roundTripMsP95: number | null;
}

/** A rate over less time is noise. */
export const SUSTAINED_SECONDS_MIN = 1;

/** The stages of a gateway scenario of which anything was sent, in order; none for another load. */
export function stagesOf({ scenario, measured }: Pick<Group, "scenario" | "measured">): readonly StageFigures[] {
  const { load, stop } = scenario;
  if (load.kind !== "gateway") return [];
  const bySlice = Map.groupBy(measured, ({ observation }) => observation.slice);
  return gatewayStages(load, stop.requests ?? 0).flatMap(({ slice, ratePerSecond }) => {
    const samples = (bySlice.get(slice) ?? []).filter(({ observation }) => observation.stamps.released !== null);
    return samples.length === 0 ? [] : [figuresOf(slice, ratePerSecond, samples)];
  });
}

/** From release to end of an answer on a connection that was open, milliseconds; null for any other attempt. */
export function roundTripMs({ observation }: Sample): number | null {
  const { connection, flags, stamps } = observation;
  return flags.includes("end_only") && connection?.reused === true ? spanMs(stamps, "released", "end") : null;
}

export function isRefused({ observation }: Sample): boolean {
  return observation.failure?.kind === "rate-limited";
}

function figuresOf(slice: string, askedPerSecond: number | null, samples: readonly Sample[]): StageFigures {
  const accepted = samples.filter((sample) => standingOf(sample) === "success");
  const refused = samples.filter(isRefused);
  const beganUs = Math.min(...samples.map(({ observation }) => observation.stamps.released!));
  const endedUs = Math.max(...samples.map(endUs));
  const spanS = msFromUs(endedUs - beganUs) / 1000;
  // Autocannon lets a second's share go at its beginning: what was asked took its time even if it was answered sooner.
  const seconds = askedPerSecond === null ? spanS : Math.max(spanS, samples.length / askedPerSecond);
  const sustained =
    refused.length === 0 ? { answers: accepted.length, seconds } : sinceRefusal(accepted, refused, endedUs);
  const roundTrips = accepted.flatMap((sample) => roundTripMs(sample) ?? []);
  return {
    slice,
    askedPerSecond,
    releasedPerSecond: samples.length / seconds,
    released: samples.length,
    accepted: accepted.length,
    refused: refused.length,
    acceptedPerSecond: sustained.seconds < SUSTAINED_SECONDS_MIN ? null : sustained.answers / sustained.seconds,
    sustained,
    roundTripMsP50: quantileOf(roundTrips, 0.5),
    roundTripMsP95: quantileOf(roundTrips, 0.95),
  };
}

function sinceRefusal(
  accepted: readonly Sample[],
  refused: readonly Sample[],
  endedUs: Us,
): { readonly answers: number; readonly seconds: number } {
  const firstUs = Math.min(...refused.map(endUs));
  const answers = accepted.filter((sample) => endUs(sample) > firstUs).length;
  return { answers, seconds: msFromUs(endedUs - firstUs) / 1000 };
}

function endUs({ observation: { stamps } }: Sample): Us {
  return stamps.end ?? stamps.released!;
}

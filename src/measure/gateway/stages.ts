import { gatewayStages } from "../../core/gateway.ts";
import { partOf } from "../../core/run.ts";
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
export function stagesOf({
  scenario,
  measured,
  resumedUs,
}: Pick<Group, "scenario" | "measured" | "resumedUs">): readonly StageFigures[] {
  const { load, stop } = scenario;
  if (load.kind !== "gateway") return [];
  const bySlice = Map.groupBy(measured, ({ observation }) => observation.slice);
  return gatewayStages(load, stop.requests ?? 0).flatMap(({ slice, ratePerSecond }) => {
    const samples = (bySlice.get(slice) ?? []).filter(({ observation }) => observation.stamps.released !== null);
    return samples.length === 0 ? [] : [figuresOf(slice, ratePerSecond, samples, resumedUs)];
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

/** Figures of one stage; what lies between two processes of a resumed run is no time of it. */
function figuresOf(
  slice: string,
  askedPerSecond: number | null,
  samples: readonly Sample[],
  resumedUs: readonly Us[],
): StageFigures {
  const parts = [...Map.groupBy(samples, (sample) => partOf(resumedUs, releasedUs(sample))).values()];
  const accepted = samples.filter(isAccepted);
  const refused = samples.filter(isRefused);
  const seconds = sumOf(parts.map((part) => secondsOf(part, askedPerSecond)));
  const since = parts.map(sinceRefusal);
  const sustained =
    refused.length === 0
      ? { answers: accepted.length, seconds }
      : { answers: sumOf(since.map(({ answers }) => answers)), seconds: sumOf(since.map((one) => one.seconds)) };
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

/** Autocannon lets a second's share go at its beginning: what was asked took its time even if it was answered sooner. */
function secondsOf(part: readonly Sample[], askedPerSecond: number | null): number {
  const beganUs = Math.min(...part.map(releasedUs));
  const spanS = msFromUs(Math.max(...part.map(endUs)) - beganUs) / 1000;
  return askedPerSecond === null ? spanS : Math.max(spanS, part.length / askedPerSecond);
}

/** From the first refusal of a part to its end; nothing where nothing was refused. */
function sinceRefusal(part: readonly Sample[]): { readonly answers: number; readonly seconds: number } {
  const refused = part.filter(isRefused);
  if (refused.length === 0) return { answers: 0, seconds: 0 };
  const firstUs = Math.min(...refused.map(endUs));
  const answers = part.filter((sample) => isAccepted(sample) && endUs(sample) > firstUs).length;
  return { answers, seconds: msFromUs(Math.max(...part.map(endUs)) - firstUs) / 1000 };
}

function isAccepted(sample: Sample): boolean {
  return standingOf(sample) === "success";
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function releasedUs({ observation: { stamps } }: Sample): Us {
  return stamps.released!;
}

function endUs({ observation: { stamps } }: Sample): Us {
  return stamps.end ?? stamps.released!;
}

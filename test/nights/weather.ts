import type { NightFacts, NightFigure, NightRecord, NightTarget } from "../../src/core/night.ts";
import { random, type Random } from "../../src/core/random.ts";
import { judgedPart, nightRecord } from "../../src/study/nightly/night.ts";
import { dayOf } from "../../src/study/nightly/slots.ts";

/** What nights do to a target that nobody has changed, on the log scale. */
export interface Weather {
  /** Of one night to the next (AR(1)). */
  readonly autocorrelation: number;
  /** Standard deviation of a night's own level. */
  readonly nightSpread: number;
  /** Standard deviation of a random walk's step a night. */
  readonly drift: number;
  /** Share of slots in which a target is slower for once, and by how much. */
  readonly badSlotShare: number;
  readonly badSlot: number;
  readonly failureShare: number;
}

/** Nights depend on each other, drift a little, and have bad hours. */
export const CALM: Weather = {
  autocorrelation: 0.5,
  nightSpread: 0.05,
  drift: 0.005,
  badSlotShare: 0.01,
  badSlot: 0.3,
  failureShare: 0.01,
};

/** The same, twice as bad and more. */
export const ROUGH: Weather = {
  autocorrelation: 0.7,
  nightSpread: 0.1,
  drift: 0.02,
  badSlotShare: 0.03,
  badSlot: 0.4,
  failureShare: 0.02,
};

/** A change that somebody made: from that night on, relative to before. */
export interface Planted {
  readonly target: number;
  readonly fromNight: number;
  readonly factor: number;
}

const FIRST_MS = Date.parse("2026-01-01");
const DAY_MS = 86_400_000;
const REQUESTS = 40;
/** Of a request to the next; the error of a median of 40 follows from it. */
const REQUEST_SPREAD = 0.25;
const MEDIAN_ERROR = (REQUEST_SPREAD * Math.sqrt(Math.PI / 2)) / Math.sqrt(REQUESTS);

/** Nights on record, made without a run: what the verdict over nights is given, and nothing else. */
export function weatherHistory(of: {
  readonly seed: number;
  readonly nights: number;
  readonly slots: number;
  readonly targets: number;
  readonly weather: Weather;
  readonly planted: Planted | null;
}): readonly NightRecord[] {
  const stream = random("weather", of.seed);
  const sellers = Array.from({ length: of.targets }, (_, i) => seller(i, of.weather, stream));
  const times = Array.from(
    { length: of.slots },
    (_, i) => `${String(Math.floor((24 * i) / of.slots)).padStart(2, "0")}:00`,
  );
  const records: NightRecord[] = [];
  for (let night = 0; night < of.nights; night += 1) {
    for (const each of sellers) each.nextNight();
    const day = dayOf(FIRST_MS + night * DAY_MS);
    const parts = times.map((time, i) => {
      const at = `${day}T${time}:00.000Z`;
      const targets = sellers.map((each, index) => {
        const { planted } = of;
        const isChanged = planted !== null && planted.target === index && night >= planted.fromNight;
        return each.slot(i, of.slots, isChanged ? planted.factor : 1);
      });
      const part = {
        slot: i + 1,
        startedAt: at,
        endedAt: at,
        runId: `${day}-${i}`,
        state: "complete",
        invalid: [],
        unfit: [],
        targets,
      } as const;
      return judgedPart(part, { before: records, windowNights: 14, slots: times });
    });
    const facts: NightFacts = { night: day, simulated: true, slots: times, capUsd: null, parts, publishing: [] };
    records.push(
      nightRecord(facts, { before: records, windowNights: 14, failureShareMax: 0.1, closed: true, isLate: false }),
    );
  }
  return records;
}

interface Seller {
  nextNight(): void;
  slot(slot: number, slots: number, factor: number): NightTarget;
}

function seller(index: number, weather: Weather, stream: Random): Seller {
  const level = Math.log(100 + 100 * stream.next());
  let walk = 0;
  let own = 0;
  const phi = weather.autocorrelation;
  return {
    nextNight: () => {
      walk += weather.drift * stream.normal();
      own = phi * own + Math.sqrt(1 - phi * phi) * weather.nightSpread * stream.normal();
    },
    slot: (slot, slots, factor) => {
      const hour = 0.15 * Math.sin((2 * Math.PI * slot) / slots);
      const bad = stream.next() < weather.badSlotShare ? weather.badSlot : 0;
      const slow = level + walk + own + hour + bad + Math.log(factor) + 0.02 * stream.normal();
      const failures = Array.from({ length: REQUESTS }, () => stream.next()).filter(
        (x) => x < weather.failureShare,
      ).length;
      return targetOf(`target-${index}`, [
        measured("ttft", "ms", slow, stream),
        measured("output_speed", "tok/s", Math.log(60) - (slow - level) / 2, stream),
        share((REQUESTS - failures) / REQUESTS),
      ]);
    },
  };
}

const NAMED = { scenario: "chat", scenarioHash: "0", n: REQUESTS };

function measured(metric: string, unit: "ms" | "tok/s", log: number, stream: Random): NightFigure {
  const seen = log + MEDIAN_ERROR * stream.normal();
  const reach = 1.96 * MEDIAN_ERROR;
  const ends = { value: Math.exp(seen), low: Math.exp(seen - reach), high: Math.exp(seen + reach) };
  return { ...NAMED, metric, stat: "p50_all", unit, ...ends };
}

function share(value: number): NightFigure {
  return { ...NAMED, metric: "success_share", stat: "value", unit: "share", value, low: value, high: value };
}

function targetOf(target: string, figures: readonly NightFigure[]): NightTarget {
  return {
    target,
    provider: "maker",
    goneUntil: null,
    check: { verdict: "ok", failure: null, unasked: null, note: "", usd: null },
    measured: {
      planned: REQUESTS,
      succeeded: REQUESTS,
      failures: {},
      excused: 0,
      quotaLimited: false,
      spentUsd: null,
      figures,
    },
  };
}

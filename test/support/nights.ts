import type {
  NightCheck,
  NightFacts,
  NightMeasured,
  NightPart,
  NightRecord,
  NightTarget,
} from "../../src/core/night.ts";
import { nightRecord, type Judging } from "../../src/study/nightly/night.ts";

const ANSWERED: NightCheck = { verdict: "ok", failure: null, unasked: null, note: "", usd: 0 };

/** A small call that did not go well. */
export function check(of: Partial<NightCheck>): Partial<NightTarget> {
  return { check: { ...ANSWERED, ...of }, measured: null };
}

/** A run that did not go as planned. */
export function measured(of: Partial<NightMeasured>): NightMeasured {
  return {
    planned: 40,
    succeeded: 40,
    failures: {},
    excused: 0,
    quotaLimited: false,
    spentUsd: { low: 0.5, high: 0.5 },
    figures: [],
    ...of,
  };
}

export function nightTarget(target: string, of: Partial<NightTarget> = {}): NightTarget {
  return { target, provider: "maker", goneUntil: null, check: ANSWERED, measured: measured({}), ...of };
}

export function nightPart(night: string, targets: readonly NightTarget[], of: Partial<NightPart> = {}): NightPart {
  return {
    slot: 1,
    startedAt: `${night}T02:00:00.000Z`,
    endedAt: `${night}T02:20:00.000Z`,
    runId: `${night.replaceAll("-", "")}T020000Z-nightly`,
    state: "complete",
    invalid: [],
    unfit: [],
    targets,
    suspects: [],
    needs: [],
    ...of,
  };
}

/** A closed night of these parts. */
export function nightOf(
  night: string,
  parts: readonly NightPart[],
  before: readonly NightRecord[] = [],
  of: { readonly facts?: Partial<NightFacts>; readonly judging?: Partial<Judging> } = {},
): NightRecord {
  return nightRecord(
    { night, simulated: false, slots: ["02:00"], capUsd: 6, parts, publishing: [], ...of.facts },
    { before, windowNights: 14, failureShareMax: 0.1, closed: true, isLate: false, ...of.judging },
  );
}

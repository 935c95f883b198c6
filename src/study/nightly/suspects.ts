import type { NightFigure, NightRecord, Suspect } from "../../core/night.ts";
import { againstWindow, type AgainstWindow, WINDOW_NIGHTS_MIN } from "../../measure/compare/baseline.ts";
import { holm } from "../../measure/compare/holm.ts";
import { WATCHED, type MeasuredPart } from "./facts.ts";
import { regressedNights } from "./regressions.ts";

/** Of all figures of all slots of a night together: how often a night like any other makes one of them suspect. */
const ALPHA = 0.05;

/**
 * Nights that another one may be compared with: each slot ended as planned. What was invalid in them is left out part by part.
 *
 * @param nights oldest first
 */
export function completeNights(nights: readonly NightRecord[]): readonly NightRecord[] {
  return nights.filter(
    ({ slots, parts }) =>
      parts.length === Math.max(1, slots.length) && parts.every(({ state }) => state === "complete"),
  );
}

type Named = Omit<Suspect, "baseline" | "change" | "pAdjusted" | "family">;

/**
 * Figures of a part that are worse than the same slot of the nights before, those of a confirmed regression left out; Holm's correction over targets × scenarios × metrics.
 *
 * @param before nights before this one, oldest first
 * @param windowNights so many of the complete ones count
 * @param slots of the night: so many chances it has
 */
export function suspectsOf(
  part: MeasuredPart,
  before: readonly NightRecord[],
  windowNights: number,
  slots: number,
): { readonly suspects: readonly Suspect[]; readonly needs: readonly { target: string; nights: number }[] } {
  if (part.state !== "complete" || part.invalid.length > 0) return { suspects: [], needs: [] };
  const complete = completeNights(before);
  const needs = new Map<string, number>();
  const tested: { readonly of: Named; readonly found: AgainstWindow }[] = [];
  for (const { target, measured } of part.targets) {
    for (const figure of measured?.figures ?? []) {
      const regressed = regressedNights({ ...figure, target }, before, Date.parse(part.startedAt));
      const window = complete.filter(({ night }) => !regressed.has(night)).slice(-windowNights);
      const earlier = window.flatMap((night) => sameFigure(night, part.slot, target, figure) ?? []);
      const missing = WINDOW_NIGHTS_MIN - earlier.length;
      if (missing > 0) {
        needs.set(target, Math.max(needs.get(target) ?? 0, missing));
        continue;
      }
      const found = againstWindow(earlier, figure, betterOf(figure));
      if (found === null) continue;
      const { scenario, metric, stat, unit, value } = figure;
      tested.push({ of: { target, scenario, metric, stat, unit, value, nights: earlier.length }, found });
    }
  }
  const adjusted = holm(tested.map(({ found }) => found.p));
  const family = tested.length;
  return {
    suspects: tested.flatMap(({ of, found: { matters, baseline, change } }, i) =>
      matters && adjusted[i]! < ALPHA / slots
        ? [{ ...of, baseline, change: change(), pAdjusted: adjusted[i]!, family }]
        : [],
    ),
    needs: [...needs].map(([target, nights]) => ({ target, nights })),
  };
}

function sameFigure(night: NightRecord, slot: number, target: string, figure: NightFigure): NightFigure | undefined {
  const part = night.parts.find((one) => one.slot === slot);
  if (part === undefined || part.invalid.length > 0) return undefined;
  const figures = part.targets.find((one) => one.target === target)?.measured?.figures ?? [];
  return figures.find(
    (one) =>
      one.scenario === figure.scenario &&
      one.scenarioHash === figure.scenarioHash &&
      one.metric === figure.metric &&
      one.stat === figure.stat,
  );
}

function betterOf({ metric, stat }: NightFigure): "lower" | "higher" {
  return WATCHED.find((one) => one.metric === metric && one.stat === stat)?.better ?? "lower";
}

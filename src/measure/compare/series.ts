import type { Group } from "../group.ts";
import type { Series } from "./nights.ts";
import { QUESTIONS, type Question } from "./questions.ts";
import { slotOf } from "./slots.ts";

/** One run, as far as a verdict over nights looks at it. */
export interface Night {
  /** Wall time, ISO 8601 UTC. */
  readonly startedAt: string;
  readonly groups: readonly Group[];
}

/** Every question of every two targets that met in any of these runs, slot by slot; a run in which one of them has no figure is left out of theirs. */
export function seriesOf(nights: readonly Night[]): readonly Series[] {
  const couples = new Map(
    nights.flatMap(({ groups }) =>
      groups.flatMap((a, i) =>
        groups
          .slice(i + 1)
          .filter((b) => b.scenario.id === a.scenario.id && a.scenario.load.kind !== "gateway")
          .map((b): readonly [string, Couple] => {
            const couple = { scenario: a.scenario.id, a: a.target.id, b: b.target.id };
            return [JSON.stringify(couple), couple];
          }),
      ),
    ),
  );
  return QUESTIONS.flatMap((question) => {
    const levels = nights.map(({ startedAt, groups }) => ({
      slot: slotOf(startedAt),
      levels: levelsOf(question, groups),
    }));
    return [...couples.values()].flatMap((couple): readonly Series[] => {
      const figures = levels.flatMap(({ slot, levels: known }) => {
        const a = known.get(keyOf(couple.scenario, couple.a));
        const b = known.get(keyOf(couple.scenario, couple.b));
        return a === undefined || b === undefined ? [] : [{ slot, a, b }];
      });
      const { metric, stat, unit, better } = question;
      return figures.length === 0 ? [] : [{ ...couple, metric, stat, unit, better, figures }];
    });
  });
}

interface Couple {
  readonly scenario: string;
  readonly a: string;
  readonly b: string;
}

function levelsOf(question: Question, groups: readonly Group[]): ReadonlyMap<string, number> {
  return new Map(
    groups.flatMap((group) => {
      const values = [...(question.figures(group)?.values() ?? [])].map(({ value }) => value);
      if (values.length < question.unitsMin) return [];
      return [[keyOf(group.scenario.id, group.target.id), question.level(values)] as const];
    }),
  );
}

const keyOf = (scenario: string, target: string): string => `${scenario}\u0000${target}`;

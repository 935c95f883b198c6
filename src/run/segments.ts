import { random } from "../core/random.ts";
import type { Arrival, Plan } from "../core/scenario.ts";
import type { Contender } from "./contender.ts";
import { hasLeft, leftOf, type Past } from "./past.ts";

/** A part of a plan that some targets run at the same time, from connections of its own. */
export interface Segment {
  readonly plan: Plan;
  readonly contenders: readonly Contender[];
  /** The first part for these targets: warm-ups belong to it. */
  readonly isFirst: boolean;
}

/**
 * How a plan is shared out over time. `paired`: all targets together, in one part. `rotated`: block by block, in each of
 * them one target after another, in an order drawn anew for each block: none is always first, nor always behind the same one.
 * A turn begins when the one before it is over, and its arrivals are as far behind its first as planned.
 */
export function segmentsOf(plan: Plan, all: readonly Contender[]): readonly Segment[] {
  const { scenario, targets, arrivals } = plan;
  const contenders = all.filter(({ target }) => targets?.includes(target.id) ?? true);
  if (scenario.arrangement === "paired") return [{ plan, contenders, isFirst: true }];
  const blocks = Map.groupBy(arrivals, ({ block }) => block);
  return [...blocks].flatMap(([block, ofBlock], i) => {
    const isFirst = i === 0;
    const part = { ...plan, warmups: isFirst ? plan.warmups : [], arrivals: isFirst ? ofBlock : fromNow(ofBlock) };
    return random(scenario.seed, "rotation", scenario.id, block)
      .shuffle(contenders)
      .map((contender) => ({ plan: part, contenders: [contender], isFirst }));
  });
}

/** What the past has left of a segment; nothing, when it has left nothing. */
export function leftIn(segment: Segment, past: Past): readonly Segment[] {
  const contenders = segment.contenders.filter(({ target }) => hasLeft(segment.plan, target.id, past));
  if (contenders.length === 0) return [];
  const ids = contenders.map(({ target }) => target.id);
  return [{ ...segment, contenders, plan: leftOf(segment.plan, ids, past) }];
}

function fromNow(arrivals: readonly Arrival[]): readonly Arrival[] {
  const firstUs = arrivals[0]?.dueUs ?? 0;
  return arrivals.map((arrival) => ({ ...arrival, dueUs: arrival.dueUs === null ? null : arrival.dueUs - firstUs }));
}

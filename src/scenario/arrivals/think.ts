import type { ThinkTime } from "../../core/load.ts";
import { random } from "../../core/random.ts";
import type { Scenario } from "../../core/scenario.ts";

/**
 * How long a user thinks before one request, milliseconds. A function of seed and pair alone, so that every target is met by
 * the same user, however long its answers take.
 */
export function thinkMs(think: ThinkTime | null, { seed, id }: Pick<Scenario, "seed" | "id">, pair: number): number {
  if (think === null) return 0;
  return think.distribution === "constant"
    ? think.meanMs
    : think.meanMs * random(seed, "think", id, pair).exponential();
}

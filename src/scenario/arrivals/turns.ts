import type { Arrival, Scenario } from "../../core/scenario.ts";
import type { Ask } from "./asks.ts";

/**
 * The planned requests of one arrival of the load: itself, or all turns of the conversation that it begins. Pairs count on
 * from the first one, so that the same turn of the same conversation is one pair on all targets.
 */
export function* turnsFrom(
  first: Pick<Arrival, "pair" | "phase" | "dueUs" | "slice" | "block">,
  { conversation }: Scenario,
  ask: (pair: number) => Ask,
): Generator<Arrival> {
  if (conversation === null) {
    yield { ...first, turn: 0, ...ask(first.pair) };
    return;
  }
  const { phase, block } = first;
  let before: Ask | null = null;
  for (let turn = 1; turn <= conversation.turns; turn += 1) {
    const pair = first.pair + turn - 1;
    const own = ask(pair);
    // A later turn repeats the one before it, with its answer; what it opens with stands there already.
    const now: Ask =
      before === null
        ? own
        : { ...own, inputTokens: before.inputTokens + before.outputTokens + conversation.inputTokens, material: null };
    yield { pair, phase, block, dueUs: turn === 1 ? first.dueUs : null, turn, slice: `turn ${turn}`, ...now };
    before = now;
  }
}

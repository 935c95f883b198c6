import { random } from "../../core/random.ts";
import { BLOCK_TOKENS, type Arrival, type LengthSpread, type Material, type Scenario } from "../../core/scenario.ts";
import type { DatasetRow } from "../dataset.ts";
import type { PlanInputs } from "../inputs.ts";
import { PROMPT_TOKENS_MIN } from "../prompts.ts";
import type { TraceRow } from "../trace.ts";

/** What one request asks for. */
export type Ask = Pick<Arrival, "inputTokens" | "outputTokens" | "material">;

/** By pair: the scenario's own lengths, drawn ones, or those of a trace or dataset. */
export function asksOf(scenario: Scenario, { trace, dataset }: PlanInputs): (pair: number) => Ask {
  const { prompt } = scenario;
  const { inputTokens, outputTokens, spread } = prompt;
  if (trace !== null) return (pair) => rowAsk(trace[pair % trace.length]!, scenario);
  if (dataset !== null) return ownAsks(dataset, scenario);
  if (prompt.dataset !== null) throw new Error("a plan of own prompts is made with them");
  if (spread !== null) return (pair) => ({ ...drawnAsk(scenario, spread, pair), material: materialOf(scenario, pair) });
  if (prompt.prefix !== null) return (pair) => ({ inputTokens, outputTokens, material: materialOf(scenario, pair) });
  // One object for all: a plan may hold a million of them.
  const ask: Ask = { inputTokens, outputTokens, material: null };
  return () => ask;
}

/** All prompts in a seeded order, then all again in another one, so that none comes twice before each came once. */
function ownAsks(rows: readonly DatasetRow[], { seed, id, prompt }: Scenario): (pair: number) => Ask {
  const orderOf = (round: number): readonly DatasetRow[] => random(seed, "dataset", id, round).shuffle(rows);
  let current = { round: 0, order: orderOf(0) };
  return (pair) => {
    const round = Math.floor(pair / rows.length);
    if (round !== current.round) current = { round, order: orderOf(round) };
    const { messages, inputTokens, outputTokens } = current.order[pair % rows.length]!;
    return {
      inputTokens,
      outputTokens: clamp(outputTokens ?? prompt.outputTokens, 1, prompt.outputTokens),
      material: { kind: "messages", messages },
    };
  };
}

/** Which of the shared prefixes opens the prompt of a pair: a seeded draw, all of them as likely. */
function materialOf({ seed, id, prompt: { prefix } }: Scenario, pair: number): Material | null {
  if (prefix === null) return null;
  return { kind: "prefix", index: random(seed, "prefix", id, pair).int(prefix.count) };
}

/** A row within what a prompt can be and the scenario allows. Blocks are kept where their reuse is wanted. */
function rowAsk({ inputTokens, outputTokens, blocks }: TraceRow, { prompt }: Scenario): Ask {
  const input = clamp(inputTokens, PROMPT_TOKENS_MIN, prompt.inputTokens);
  const ids = prompt.cache === "warm" ? (blocks?.slice(0, Math.ceil(input / BLOCK_TOKENS)) ?? null) : null;
  return {
    inputTokens: input,
    outputTokens: clamp(outputTokens, 1, prompt.outputTokens),
    material: ids === null ? null : { kind: "blocks", ids },
  };
}

/** The normal quantile of 0.95: how many deviations of the logarithm lie between median and p95. */
const Z95 = 1.6448536269514722;

function drawnAsk({ seed, id, prompt }: Scenario, spread: LengthSpread, pair: number): Omit<Ask, "material"> {
  const stream = random(seed, "lengths", id, pair);
  const inputMin = PROMPT_TOKENS_MIN + (prompt.prefix?.tokens ?? 0);
  const draw = (median: number, p95: number): number =>
    Math.round(median * Math.exp((Math.log(p95 / median) / Z95) * stream.normal()));
  return {
    inputTokens: clamp(draw(prompt.inputTokens, spread.inputTokensP95), inputMin, spread.inputTokensMax),
    outputTokens: clamp(draw(prompt.outputTokens, spread.outputTokensP95), 1, spread.outputTokensMax),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

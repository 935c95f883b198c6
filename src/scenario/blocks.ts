import type { Arrival, Block, Scenario } from "../core/scenario.ts";

/** Of an open loop: long beside an answer, short beside the drift of an hour. */
const OPEN_MS = 60_000;
/** Of a closed loop: the first and the last round of requests are no steady load, so many are between them. */
const CLOSED_ROUNDS = 10;
const CLOSED_REQUESTS_MIN = 50;

const WHOLE: Block = { requests: null, durationMs: null };

/**
 * Which block of its scenario an arrival belongs to, from 0. Where the scenario does not say, a block is a minute of an open
 * loop, and ten rounds of requests, at least 50, of a closed one. All is one block where parts would tear something: a closed
 * loop that a duration ends, since answers decide what it asks; a rate that changes, where targets take turns; a gateway's.
 */
export function blockOf(scenario: Scenario, { pair, dueUs }: Pick<Arrival, "pair" | "dueUs">): number {
  const { requests, durationMs } = scenario.block ?? blockDefault(scenario);
  if (requests !== null) return Math.floor(pair / requests);
  return durationMs === null || dueUs === null ? 0 : Math.floor(dueUs / (durationMs * 1000));
}

function blockDefault({ load, stop, arrangement }: Scenario): Block {
  if (load.kind === "gateway") return WHOLE;
  if (load.kind === "closed") {
    if (stop.durationMs !== null) return WHOLE;
    return { requests: Math.max(CLOSED_REQUESTS_MIN, CLOSED_ROUNDS * load.maxConcurrency), durationMs: null };
  }
  const isChanging = ["ramp", "steps", "trace"].includes(load.arrival);
  return isChanging && arrangement === "rotated" ? WHOLE : { requests: null, durationMs: OPEN_MS };
}

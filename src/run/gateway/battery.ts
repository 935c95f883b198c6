import type { GatewayLoad } from "../../core/gateway.ts";
import type { Arrival, Scenario } from "../../core/scenario.ts";
import { nextTurn } from "../../time/wait.ts";
import { identityOf, skippedObservation } from "../attempt-record.ts";
import type { Breaker } from "../breaker.ts";
import type { Contender } from "../contender.ts";
import { openGate } from "../gate.ts";
import type { Settlement } from "../reservation.ts";
import { record, unsignedCall, type Ended } from "./record.ts";
import { mostTaken, roundOf, type Round } from "./rounds.ts";
import { fireVolley, type GatewayContext } from "./volley.ts";

/** How requests go to one target in one gateway scenario. */
export interface Battery {
  /**
   * Sends all at the rate (null: as fast as they are answered) and returns the records of those that left; others are counted
   * as not started. Resolves when the last one has ended.
   */
  fire(arrivals: readonly Arrival[], attempt: number, ratePerSecond: number | null): Promise<readonly Ended[]>;
}

/** Requests that are built ahead at most: enough for seconds of any gateway, and some megabytes. */
const ROUNDS_MAX = 10_000;
/** Built in one turn of the event loop. */
const TURN_ROUNDS = 32;

const NOTHING_TAKEN: Settlement = { usd: 0, tokens: 0, requests: 0 };

export function openBattery(
  contender: Contender,
  scenario: Scenario,
  load: GatewayLoad,
  breaker: Breaker,
  context: GatewayContext,
): Battery {
  const { target } = contender;
  const { time, sink, signal } = context;
  const account = context.budget.of(target.id);
  const gate = openGate(breaker, false, time, signal);
  const books = { account, gate };
  const worst = mostTaken(contender, scenario);
  const stopped = (): "interrupt" | "budget" | "breaker" | null =>
    signal.aborted ? "interrupt" : account.exhausted() ? "budget" : gate.isShut(Infinity) ? "breaker" : null;

  /** As many as the caps allow together, since autocannon sends all that it has been given. */
  const paid = (arrivals: readonly Arrival[]): readonly Arrival[] => {
    const most = arrivals.slice(0, Math.max(1, Math.min(ROUNDS_MAX, account.room(worst))));
    const refused = most.findIndex(() => !account.reserve(worst));
    return refused === -1 ? most : most.slice(0, refused);
  };
  /** Up to the first that cannot be signed in. */
  const built = async (arrivals: readonly Arrival[], attempt: number): Promise<readonly Round[]> => {
    const rounds: Round[] = [];
    for (const arrival of arrivals) {
      const round = await roundOf(contender, scenario, { arrival, attempt }, context);
      rounds.push(round);
      if (!round.signed.ok) break;
      if (rounds.length % TURN_ROUNDS === 0) await nextTurn(time);
    }
    return rounds;
  };
  const sent = async (rounds: readonly Round[], ratePerSecond: number | null): Promise<readonly Ended[]> => {
    const loaded = rounds.flatMap((round) => (round.signed.ok ? [{ ...round, request: round.signed.request }] : []));
    if (loaded.length > 0) return fireVolley(loaded, ratePerSecond, contender, load, books, context);
    const [round] = rounds;
    const called = round === undefined ? null : unsignedCall(round, time.now());
    return round === undefined || called === null ? [] : [record(contender, books, context, round, called)];
  };
  return {
    fire: async (arrivals, attempt, ratePerSecond) => {
      const records: Ended[] = [];
      while (records.length < arrivals.length && stopped() === null) {
        const reserved = paid(arrivals.slice(records.length));
        const ended = await sent(await built(reserved, attempt), ratePerSecond);
        records.push(...ended);
        // What did not leave is nobody's money any more.
        for (let open = ended.length; open < reserved.length; open += 1) account.settle(worst, NOTHING_TAKEN);
      }
      for (const arrival of arrivals.slice(records.length)) {
        const identity = identityOf(target, scenario, arrival, attempt, null);
        sink.skipped(skippedObservation(identity, time.now(), stopped() ?? "breaker"));
      }
      return records;
    },
  };
}

import type { GatewayLoad } from "../../core/gateway.ts";
import type { HttpRequest } from "../../core/provider.ts";
import { msFromUs } from "../../core/units.ts";
import type { Called } from "../call-once.ts";
import type { Contender, LaneContext } from "../contender.ts";
import { TIMEOUT_MS_MIN, type Cannon } from "./cannon.ts";
import { record, type Books, type Ended } from "./record.ts";
import type { Round } from "./rounds.ts";
import { wholeCalled } from "./whole.ts";

/** What a gateway load needs beside what all loads need. */
export interface GatewayContext extends LaneContext {
  readonly cannon: Cannon;
  readonly nextConnection: () => number;
}

/** A round that could be signed in. */
export interface Loaded extends Round {
  readonly request: HttpRequest;
}

/**
 * Fires rounds in order and returns the records of those that left. It ends early when what was signed is out of date or void, and
 * when the breaker has had enough.
 *
 * @param ratePerSecond over all connections; null: as fast as they are answered
 */
export async function fireVolley(
  rounds: readonly Loaded[],
  ratePerSecond: number | null,
  contender: Contender,
  load: GatewayLoad,
  books: Books,
  context: GatewayContext,
): Promise<readonly Ended[]> {
  const { target, route, wire, isModel } = contender;
  const { gate } = books;
  const { sink, time, signal, timeouts } = context;
  const records: Ended[] = [];
  let left = 0;
  const fired = context.cannon<Loaded>({
    origin: new URL(target.baseUrl).origin,
    connections: load.connections,
    ratePerConnection: ratePerSecond === null ? null : ratePerSecond / load.connections,
    amount: rounds.length,
    trust: route.trust,
    signal,
    magazine: {
      next: () => {
        const round = rounds[left]!;
        const { id } = round.identity;
        gate.left(id);
        sink.intent({ id, target: target.id, atUs: time.now(), reservedUsd: round.reserved.usd });
        left += 1;
        return round;
      },
      ended: (round, shot) => {
        const of = { ...round, isModel, reservedUsd: round.reserved.usd, path: load.path };
        const called = wholeCalled(of, shot, wire, time.wallAt(shot.endUs).getTime());
        records.push(record(contender, books, context, round, called));
        if (gate.isShut(Infinity) || isVoid(contender, round, called)) fired.drain();
      },
      failed: context.fail,
      nextConnection: context.nextConnection,
      timeoutMs: Math.max(TIMEOUT_MS_MIN, timeouts.totalMs),
      time,
    },
  });
  const freshUntilUs = Math.min(...rounds.map((round) => round.freshUntilUs));
  const cancel = time.after(Math.max(0, msFromUs(freshUntilUs - time.now())), fired.drain);
  await fired.over;
  cancel();
  return records;
}

/** True when a refusal shows that what was signed before is void. */
function isVoid({ refused }: Contender, { request }: Loaded, { observation, head }: Called): boolean {
  return head !== null && observation.failure?.kind === "auth" && refused(request, head);
}

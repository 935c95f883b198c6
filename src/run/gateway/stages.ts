import { gatewayStages, type GatewayLoad } from "../../core/gateway.ts";
import { random } from "../../core/random.ts";
import type { Plan } from "../../core/scenario.ts";
import { usFromMs } from "../../core/units.ts";
import { waitUntil } from "../../time/wait.ts";
import type { Breaker } from "../breaker.ts";
import type { Contender } from "../contender.ts";
import { retryWaitMs } from "../retry.ts";
import { openBattery, type Battery } from "./battery.ts";
import type { Ended } from "./record.ts";
import type { GatewayContext } from "./volley.ts";

/**
 * Fires a gateway scenario at one target, stage by stage. After a stage that ended in refusals the last refused request is tried again,
 * as the scenario's retry policy has it and the target asks: so every such stage shows whether the time that was named is true,
 * and how long the gateway takes to recover, and the next one does not begin in the wreck of the one before.
 */
export async function fireStages(
  plan: Plan,
  load: GatewayLoad,
  contender: Contender,
  breaker: Breaker,
  context: GatewayContext,
): Promise<void> {
  const { scenario } = plan;
  const battery = openBattery(contender, scenario, load, breaker, context);
  const bySlice = Map.groupBy(plan.arrivals, ({ slice }) => slice);
  for (const { slice, ratePerSecond } of gatewayStages(load, scenario.stop.requests ?? 0)) {
    const ended = await battery.fire(bySlice.get(slice) ?? [], 1, ratePerSecond);
    const refused = standingRefusal(ended);
    if (refused !== null) await askAgain(refused, battery, plan, contender, context);
  }
}

/** The last request that failed, unless one that was sent after that was answered: then it is over. */
function standingRefusal(ended: readonly Ended[]): Ended | null {
  let last: Ended | null = null;
  for (const one of ended) {
    const { failure, stamps } = one.observation;
    if (failure !== null) last = one;
    else if (last !== null && stamps.released! > last.observation.stamps.end!) last = null;
  }
  return last;
}

async function askAgain(
  refused: Ended,
  battery: Battery,
  { scenario }: Plan,
  { target }: Contender,
  { time, signal }: GatewayContext,
): Promise<void> {
  const { retry: policy } = scenario;
  if (policy === null) return;
  const { arrival } = refused;
  let last: Ended | undefined = refused;
  for (let attempt = 2; last !== undefined && attempt <= policy.attempts; attempt += 1) {
    const draw = random(scenario.seed, "retry", scenario.id, target.id, arrival.pair, attempt - 1);
    const waitMs = retryWaitMs(policy, last.observation, draw);
    if (waitMs === null) return;
    // Counted from the refusal, as the target does.
    await waitUntil(time, last.observation.stamps.end! + usFromMs(waitMs), signal);
    [last] = await battery.fire([arrival], attempt, null);
  }
}

import { contendersOf } from "../../src/cli/contenders.ts";
import { openNetwork } from "../../src/cli/network.ts";
import { atSimulator } from "../../src/cli/select-targets.ts";
import { simulatedDialects, simulatedProvider } from "../../src/cli/simulated-provider.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import type { Contender } from "../../src/run/contender.ts";
import { NO_CAPS } from "../../src/core/caps.ts";
import { NO_PAST } from "../../src/run/past.ts";
import { runAll } from "../../src/run/runner.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { parseDialects } from "../../src/simulator/dialects/dialects-file.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { realTime } from "../../src/time/time.ts";
import { LIMITS } from "./call.ts";
import { OPEN } from "./observations.ts";

const NOWHERE = "http://127.0.0.1:0";

/** A simulator that plays these providers. */
export async function startSellers(ids: readonly string[]): Promise<Simulator> {
  const targets = await Promise.all(ids.map((id) => targetOf(`simulator:${id}`)));
  const read = parseDialects(JSON.parse(JSON.stringify(await simulatedDialects(targets, null))));
  if (!read.ok) throw new Error(read.problems.join("\n"));
  return startSimulator({ seed: 405, dialects: read.dialects });
}

/** Contenders by their names, such as `simulator:groq@http-429`. */
export async function sellersAt({ url }: Pick<Simulator, "url">, names: readonly string[]): Promise<Contender[]> {
  const targets = await Promise.all(names.map(targetOf));
  const there = atSimulator(targets, url);
  return contendersOf(there, null, {}, await openNetwork(undefined, there, {}));
}

async function targetOf(name: string): Promise<Target> {
  const target = await simulatedProvider(name, null, NOWHERE);
  if (target === null) throw new Error(`no simulated provider ${name}`);
  return target;
}

const ONE_EACH: Scenario = {
  ...OPEN,
  id: "one-each",
  prompt: {
    inputTokens: 30,
    outputTokens: 12,
    content: "prose",
    cache: "cold",
    spread: null,
    prefix: null,
    dataset: null,
  },
  conversation: null,
  load: { kind: "closed", maxConcurrency: 1, rampUpMs: 0, thinkTime: null },
  stop: { requests: 1, durationMs: null },
  warmups: 0,
  arrangement: "paired",
  block: null,
};

/** One request to each, by the program's own client; observations by target. */
export async function askEach(contenders: readonly Contender[]): Promise<ReadonlyMap<string, Observation>> {
  const found = new Map<string, Observation>();
  await runAll({
    runId: "20260101T000000Z-test",
    contenders,
    plans: [planOf(ONE_EACH)],
    isDecided: () => false,
    timeouts: LIMITS,
    caps: { run: NO_CAPS, targets: {} },
    past: NO_PAST,
    time: realTime(),
    signal: new AbortController().signal,
    sink: {
      intent: () => undefined,
      called: ({ observation }) => void found.set(observation.target, observation),
      skipped: (observation) => void found.set(observation.target, observation),
      stalled: () => undefined,
    },
    onScenario: () => undefined,
    onStop: () => undefined,
    onQuota: async () => undefined,
  });
  return found;
}

import { contenderOf } from "../../src/cli/contenders.ts";
import { makeTarget, UNSET } from "../../src/cli/make-target.ts";
import { openNetwork } from "../../src/cli/network.ts";
import { tokenExchange } from "../../src/cli/token-exchange.ts";
import { NO_CAPS } from "../../src/core/caps.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import { loadModule } from "../../src/registry.ts";
import type { Contender } from "../../src/run/contender.ts";
import { NO_PAST } from "../../src/run/past.ts";
import { runAll } from "../../src/run/runner.ts";
import { planOf } from "../../src/scenario/plan.ts";
import { PLANTED_PLACES, type Planted } from "../../src/simulator/planted.ts";
import type { Simulator } from "../../src/simulator/server.ts";
import { realTime } from "../../src/time/time.ts";
import { DIRECT } from "../../src/transport/route.ts";
import { LIMITS } from "./call.ts";
import { OPEN } from "./observations.ts";
import { variablesOf } from "./sign-in.ts";

const PROFILE = "sim-fast";

/** The planted accounts of a simulator's clouds, as it hands them out. */
export async function plantedAt({ url }: Simulator): Promise<Planted> {
  return (await (await fetch(`${url}/planted?profile=${PROFILE}`)).json()) as Planted;
}

/** A provider's default target, its own addresses moved below the simulator's. */
export async function targetAt(
  { url }: Simulator,
  provider: string,
  address: Pick<Target, "region" | "parameters">,
): Promise<Target> {
  const model = "llama-3.1-405b-instruct";
  const target = await makeTarget({ ...UNSET, id: provider, provider, model, ...address }, null, PLANTED_PLACES);
  const moved = (text: string): string =>
    text.replace(/^https?:\/\/([^/:]+)(?::\d+)?/, (_whole, host: string) => `${url}/${PROFILE}/${host}`);
  const elsewhere = Object.entries(target.parameters).map(([name, value]) => [name, moved(value)] as const);
  return { ...target, baseUrl: moved(target.baseUrl), parameters: Object.fromEntries(elsewhere), simulated: true };
}

/** A contender with credentials of the test's own choice, and a wall clock that may be off. */
export async function contenderAt(
  target: Target,
  of: {
    readonly variables: Readonly<Record<string, string>>;
    readonly files: ReadonlyMap<string, string>;
    readonly nowMs?: () => number;
  },
): Promise<Contender> {
  const module = await loadModule(target.provider, null);
  const signedIn = await module.signIn(target, variablesOf(of.variables), {
    nowMs: of.nowMs ?? Date.now,
    exchange: tokenExchange(() => DIRECT),
    readFile: async (path) => of.files.get(path) ?? null,
  });
  if (!signedIn.ok) throw new Error(signedIn.problems.join("\n"));
  return contenderOf(target, module, signedIn.signIn, await openNetwork(undefined, [target], {}));
}

/** Runs a small load through the program's own runner; observations in the order in which they ended. */
export async function runClouds(
  contenders: readonly Contender[],
  of: { readonly requests: number; readonly load: Scenario["load"]; readonly outputTokens?: number },
): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  const scenario: Scenario = {
    ...OPEN,
    id: "clouds",
    prompt: { ...OPEN.prompt, inputTokens: 30, outputTokens: of.outputTokens ?? 8, content: "prose", cache: "cold" },
    load: of.load,
    stop: { requests: of.requests, durationMs: null },
    warmups: 0,
    arrangement: "paired",
  };
  const note = (observation: Observation): void => void observations.push(observation);
  await runAll({
    runId: "20260101T000000Z-test",
    contenders,
    plans: [planOf(scenario)],
    isDecided: () => false,
    timeouts: LIMITS,
    caps: { run: NO_CAPS, targets: {} },
    past: NO_PAST,
    time: realTime(),
    signal: new AbortController().signal,
    sink: {
      intent: () => undefined,
      called: ({ observation }) => note(observation),
      skipped: note,
      stalled: () => undefined,
    },
    onScenario: () => undefined,
    onStop: () => undefined,
    onQuota: async () => undefined,
  });
  return observations;
}

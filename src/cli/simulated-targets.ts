import type { Target } from "../core/target.ts";
import { DEFAULT_MODEL } from "../core/provider.ts";

/** Invented prices, so that the cost columns of a simulated run have something to show. They belong to no seller. */
const PRICES = {
  "sim-fast": [3.5, 3.5],
  "sim-cheap": [0.8, 0.8],
  "sim-flaky": [1.2, 1.2],
  "sim-far": [2.4, 2.4],
} as const;

/** Ids of the embedded targets. */
export const SIMULATED_IDS = Object.keys(PRICES) as readonly (keyof typeof PRICES)[];

/** The four embedded targets, served by a simulator at an origin such as `http://127.0.0.1:8405`. */
export function simulatedTargets(origin: string): Target[] {
  return SIMULATED_IDS.map((id) => ({
    id,
    provider: "simulator",
    model: DEFAULT_MODEL,
    modelId: DEFAULT_MODEL,
    region: null,
    tier: null,
    precision: null,
    baseUrl: `${origin}/${id}/v1`,
    endpoint: "/chat/completions",
    apiKeyEnv: null,
    parameters: {},
    headers: {},
    extraBody: {},
    limits: null,
    price: {
      kind: "tokens",
      inputUsdPerMtok: PRICES[id][0],
      outputUsdPerMtok: PRICES[id][1],
      cachedInputUsdPerMtok: null,
      asOf: null,
      source: "invented for the simulator",
    },
    gone: null,
    userSupplied: [],
    simulated: true,
  }));
}

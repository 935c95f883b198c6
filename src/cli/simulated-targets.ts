import type { CarbonOverrides } from "../core/carbon.ts";
import { PLAIN_TERMS, type Target } from "../core/target.ts";
import { DEFAULT_MODEL } from "../core/provider.ts";

/** Invented prices, so that the cost columns of a simulated run have something to show. They belong to no seller. */
const PRICES = {
  "sim-fast": [3.5, 3.5],
  "sim-cheap": [0.8, 0.8],
  "sim-flaky": [1.2, 1.2],
  "sim-far": [2.4, 2.4],
} as const;

const INVENTED = "invented for the simulator";

const invented = <T>(value: T): { value: T; source: string; date: string } => {
  return { value, source: INVENTED, date: "2026" };
};

/**
 * Invented places and machines, so that the carbon column has ranges of every sort: two deployments that differ in their grid alone,
 * one of which nothing is known, and one whose silicon has no estimate.
 */
const CARBON: Readonly<Record<keyof typeof PRICES, CarbonOverrides>> = {
  "sim-fast": { region: invented("aws:us-east-1"), hardware: invented("h100x8-fp8"), batch: invented(64) },
  "sim-cheap": {},
  "sim-flaky": { hardware: invented("sn40l") },
  "sim-far": { region: invented("aws:eu-north-1"), hardware: invented("h100x8-fp8"), batch: invented(64) },
};

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
      batch: null,
      asOf: null,
      source: INVENTED,
      ...PLAIN_TERMS,
    },
    otherPrices: [],
    publishedRegions: [],
    carbon: CARBON[id],
    gone: null,
    userSupplied: [],
    simulated: true,
  }));
}

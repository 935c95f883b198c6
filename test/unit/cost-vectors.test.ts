import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callUsd, PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import { breakEven, provisioned, usdPerMtokByHour } from "../../src/measure/cost/hourly.ts";
import { blendUsdPerMtok, boardUsdPerMtok } from "../../src/measure/cost/list-price.ts";
import { effectiveUsdPerMtok, monthlyUsd, usdPerGood } from "../../src/measure/cost/monthly.ts";
import { usdPerMtok } from "../../src/measure/cost/paid-tokens.ts";
import { retryCost } from "../../src/measure/cost/retries.ts";

/* Check values of cost, computed elsewhere by other code: every one has to be met to 1e-6. */

const TOLERANCE = 1e-6;

type Input = Readonly<Record<string, number>>;
type Expected = Readonly<Record<string, number | boolean>>;

interface Vector {
  readonly id: string;
  readonly cases: readonly { readonly input: Input; readonly expected: Expected }[];
}

const file = join(import.meta.dirname, "..", "fixtures", "carbon", "vectors.json");
const VECTORS = (JSON.parse(readFileSync(file, "utf8")) as Vector[]).filter(({ id }) => id.startsWith("cost-"));

const price = ({ pIn, pOut, pCache }: Input): Extract<Price, { kind: "tokens" }> => ({
  kind: "tokens",
  inputUsdPerMtok: pIn!,
  outputUsdPerMtok: pOut!,
  cachedInputUsdPerMtok: pCache ?? null,
  batch: null,
  asOf: null,
  source: "the test",
  ...PLAIN_TERMS,
});

const call = (of: Input) => ({
  usd: callUsd(price(of), { input: of["nIn"]!, output: of["nOut"]!, cached: of["nCached"] ?? 0 })!,
});

const retried = ({ usdOk, failProb, billedShareFailed, maxAttempts }: Input) =>
  retryCost({
    usdOk: usdOk!,
    failProb: failProb!,
    billedShareFailed: billedShareFailed!,
    maxAttempts: maxAttempts ?? Infinity,
  });

const hourly = ({ usdPerGpuHour, gpus, outputTokS, utilisation }: Input) => ({
  usdPerMOutput: usdPerMtokByHour(usdPerGpuHour! * gpus!, outputTokS!, utilisation!),
});

const even = ({ usdPerGpuHour, gpus, usdPerM, totalTokS }: Input) => {
  const found = breakEven(usdPerGpuHour! * gpus!, usdPerM!, totalTokS!);
  return {
    usdMonth: found.usdPerMonth,
    breakEvenMTokens: found.mtokPerMonth,
    capacityMTokens: found.capacityMtokPerMonth!,
    requiredUtilisation: found.utilisation!,
    feasible: found.feasible!,
  };
};

const bill = ({ usdList, batchShare, discount, minimum, tokensM }: Input) => {
  const usdMonth = monthlyUsd({
    interactiveUsd: usdList! * (1 - batchShare!),
    batchUsd: usdList! * batchShare! * (1 - discount!),
    minimum: minimum ?? 0,
  });
  return { usd: usdMonth, usdMonth, usdPerMTotal: usdPerMtok(usdMonth, (tokensM ?? 1) * 1e6)! };
};

/** What each vector's case comes to here, in the shape of its `expected`. */
const COMPUTE: Readonly<Record<string, (of: Input) => Expected>> = {
  "cost-01": (of) => ({ usdPerM: boardUsdPerMtok(price(of)) }),
  "cost-02": call,
  "cost-03": call,
  "cost-04": bill,
  "cost-05": (of) => ({ ...retried(of) }),
  "cost-06": (of) => ({ ...retried(of), expectedUsd: retried(of).usdPerRequest }),
  "cost-07": hourly,
  "cost-08": hourly,
  "cost-09": even,
  "cost-10": even,
  "cost-11": even,
  "cost-12": (of) => ({ usdMonth: call(of).usd * of["requests"]! }),
  "cost-13": bill,
  "cost-14": ({ pIn, nRef, nBilled }) => ({
    tokenInflation: nBilled! / nRef!,
    effectivePIn: effectiveUsdPerMtok(pIn!, nBilled! / nRef!),
  }),
  "cost-15": (of) => ({
    usdPerMTotal: blendUsdPerMtok(price(of), { input: of["nIn"]!, output: of["nOut"]! }),
    aaBlend: boardUsdPerMtok(price(of)),
  }),
  "cost-16": ({ peakTokMin, unitTokMin, usdUnitHour, meanShare }) => {
    const found = provisioned({
      peakTokensPerSecond: peakTokMin! / 60,
      unitTokensPerSecond: unitTokMin! / 60,
      usdPerUnitHour: usdUnitHour!,
      meanShare: meanShare!,
    });
    return { units: found.units, usdHour: found.usdPerHour, usdPerMOutput: found.usdPerMtok };
  },
  "cost-17": ({ priceCentsPerToken }) => ({ usdPerM: usdPerMtok(priceCentsPerToken! / 100, 1)! }),
  "cost-18": ({ usdPerM, goodputShare }) => ({ usdPerMGood: usdPerGood(usdPerM!, goodputShare!) }),
  "cost-19": bill,
};

test("the check values of cost are 19, and each is computed here", () => {
  expect(VECTORS.map(({ id }) => id)).toEqual(Object.keys(COMPUTE));
  expect(VECTORS).toHaveLength(19);
});

test.each(VECTORS.map(({ id, cases }) => [id, cases] as const))("%s", (id, cases) => {
  expect(cases.length).toBeGreaterThan(0);
  for (const { input, expected } of cases) {
    const actual = COMPUTE[id]!(input);
    expect(Object.keys(expected).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(expected)) {
      if (typeof value === "boolean") expect(actual[name], name).toBe(value);
      else expect(Math.abs(Number(actual[name]) - value), name).toBeLessThanOrEqual(TOLERANCE * Math.abs(value));
    }
  }
});

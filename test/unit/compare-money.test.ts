import { expect, test } from "vitest";
import type { Target } from "../../src/core/target.ts";
import type { Verdict } from "../../src/measure/compare/verdict.ts";
import { verdictText } from "../../src/report/verdicts.ts";
import { answer, failed, OPEN, recordOf, TARGET, type Recorded } from "../support/observations.ts";
import { analysisOf, times } from "../support/measured.ts";

const REQUESTS = 40;
const CONNECTION = { reused: false, peer: null, dns: null, tcp: null, tls: null, protocol: "http/1.1" };

/** Alpha fails one time in four, and nobody says whether that was billed; beta never fails, at so many times the price. */
function costVerdict(priceFactor: number): Verdict {
  const { price } = TARGET;
  if (price.kind !== "tokens") throw new Error("the made-up target has prices per token");
  const beta: Target = {
    ...TARGET,
    id: "beta",
    price: {
      ...price,
      inputUsdPerMtok: price.inputUsdPerMtok * priceFactor,
      outputUsdPerMtok: price.outputUsdPerMtok * priceFactor,
    },
  };
  const made = [TARGET, beta].flatMap((target) =>
    times(REQUESTS, (pair): Recorded => {
      const connection = { ...CONNECTION, id: pair };
      if (target === TARGET && pair % 4 === 0)
        return failed({ pair, target, kind: "server-error", fields: { connection } });
      const fields = { connection, usage: { input: 110, output: 20, cached: 0 } };
      return answer({ pair, target, ttftMs: 100, gapsMs: [10], tokens: 20, first: 19, fields });
    }),
  );
  const scenarios = [{ ...OPEN, stop: { requests: REQUESTS, durationMs: null } }];
  const { verdicts } = analysisOf(recordOf(made, { targets: [TARGET, beta], scenarios }));
  return verdicts.find(({ metric }) => metric === "cost_per_1k_good")!;
}

test("who costs less is not decided while it depends on bills that nobody told", () => {
  const verdict = costVerdict(1.1);
  expect(verdict).toMatchObject({ leader: null, p: 1 });
  expect(verdict.low).toBeLessThan(0);
  expect(verdict.high).toBeGreaterThan(0);
  expect(verdict.test).toContain("at both ends of an uncertain spend");
});

test("a difference that no such bill could undo is shown, with an interval as wide as they leave it", () => {
  const verdict = costVerdict(10);
  expect(verdict.leader).toBe("alpha");
  // Ten calls at a reservation of 0.0003 USD, over thirty good answers, by the thousand.
  expect(verdict.high - verdict.low).toBeGreaterThan((10 * 0.0003 * 1000) / 30);
});

test("units that are all alike are told as such, not as an interval without width", () => {
  const verdict = { ...costVerdict(10), low: 1.2341, difference: 1.2342, high: 1.2343 };
  expect(verdictText(verdict, "")).toContain("by 1.23 $/1k (no spread seen), 40 pairs");
});

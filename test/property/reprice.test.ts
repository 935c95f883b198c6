import fc from "fast-check";
import { expect, test } from "vitest";
import { PLAIN_TERMS, type Price } from "../../src/core/target.ts";
import { revisedRecord } from "../../src/cli/revise.ts";
import { answer, failed, lostIntents, OPEN, recordOf, TARGET, unanswered } from "../support/observations.ts";
import { analysisOf, times } from "../support/measured.ts";

const beta = { ...TARGET, id: "beta" };
const terms = { asOf: "2026-11-20", source: "made up", ...PLAIN_TERMS };
const usd = fc.double({ min: 0, max: 50, noNaN: true });

const anyPrice: fc.Arbitrary<Price> = fc.oneof(
  fc
    .record({ input: usd, output: usd, cached: fc.option(usd, { nil: null }) })
    .map(({ input, output, cached }): Price => ({
      kind: "tokens",
      inputUsdPerMtok: input,
      outputUsdPerMtok: output,
      cachedInputUsdPerMtok: cached,
      batch: null,
      ...terms,
    })),
  fc.constant<Price>({ kind: "hour", usdPerReplicaHour: 40, replicas: 2, ...terms }),
);

/** Answers, failures that told what they used and that did not, drops and retries, at two targets. */
const recorded = fc
  .array(fc.constantFrom("good", "good", "cut", "told", "dropped", "retried"), { minLength: 12, maxLength: 30 })
  .map((fates) =>
    fates.flatMap((fate, pair) => {
      const place = { pair, target: pair % 2 === 0 ? TARGET : beta, atMs: pair * 130 };
      const good = answer({ ...place, ttftMs: 100 + pair, gapsMs: [20, 20], tokens: 30 });
      if (fate === "cut") return [failed({ ...place, kind: "timeout" })];
      if (fate === "told") {
        const fields = { finish: "content-filter", usage: { input: 110, output: 9, cached: 20 } } as const;
        return [failed({ ...place, kind: "content-filter", fields })];
      }
      if (fate === "dropped") return [unanswered({ ...place, outcome: "dropped", reason: null })];
      if (fate === "good") return [good];
      const again = answer({ ...place, attempt: 2, ttftMs: 90, gapsMs: [20], tokens: 30 });
      return [failed({ ...place, kind: "overloaded" }), again];
    }),
  );

const MONEY = /^(usd|usd\/|tok\/usd)/;
const MONEY_FLAGS = /^(needs_sweep|price_|spend_uncertain|tokens_)/;

test("other prices change money, and nothing else", () => {
  fc.assert(
    fc.property(recorded, anyPrice, (all, price) => {
      const scenarios = [{ ...OPEN, stop: { requests: all.length, durationMs: null } }];
      const record = {
        ...recordOf(all, { scenarios, targets: [TARGET, beta] }),
        lost: lostIntents(["open:alpha:99"], 0.0003),
      };
      const before = analysisOf(record);
      const after = analysisOf(revisedRecord(record, { alpha: price }));
      const unpriced = ({ groups, verdicts, carbonVerdicts, validity, warnings, vantageFaults }: typeof before) => ({
        groups: groups.map(({ counts, rows, carbon, modelEchoed, flags }) => ({
          counts,
          carbon,
          modelEchoed,
          rows: rows.filter(({ unit }) => !MONEY.test(unit)),
          flags: flags.filter((flag) => !MONEY_FLAGS.test(flag)),
        })),
        verdicts,
        carbonVerdicts,
        validity,
        warnings,
        vantageFaults,
      });
      expect(unpriced(after)).toEqual(unpriced(before));
      // The other target's money too.
      expect(after.groups[1]).toEqual(before.groups[1]);
    }),
    { numRuns: 60 },
  );
});

test("twice the price is twice the money, for every call, billed, reserved or lost", () => {
  const price = { ...TARGET.price, inputUsdPerMtok: 2, outputUsdPerMtok: 4, cachedInputUsdPerMtok: 1 } as Price;
  fc.assert(
    fc.property(recorded, (all) => {
      const record = { ...recordOf(all, { targets: [TARGET, beta] }), lost: lostIntents(["open:alpha:99"], 0.0003) };
      // What the run itself would have reserved.
      const own = revisedRecord(record, { alpha: TARGET.price, beta: TARGET.price });
      const [once] = analysisOf(own).groups;
      const [twice] = analysisOf(revisedRecord(own, { alpha: price })).groups;
      expect(twice!.spentUsd!.low).toBeCloseTo(2 * once!.spentUsd!.low, 12);
      expect(twice!.spentUsd!.high).toBeCloseTo(2 * once!.spentUsd!.high, 12);
    }),
    { numRuns: 40 },
  );
});

test("the prices of the run itself change nothing at all", () => {
  const priced = times(12, (pair) => answer({ pair, ttftMs: 100, gapsMs: [20], tokens: 30 }));
  const own = revisedRecord(recordOf(priced, {}), { alpha: TARGET.price });
  expect(revisedRecord(own, { alpha: TARGET.price })).toEqual(own);
  expect(analysisOf(own).groups).toEqual(analysisOf(recordOf(priced, {})).groups);
});

import { expect, test } from "vitest";
import { gatewaySentences } from "../../src/report/gateway.ts";
import { analysisOf, fineGroup } from "../support/analysis.ts";

test("a gateway is said to hold a rate only where it answered", () => {
  const stage = (releasedPerSecond: number, accepted: number) => ({
    slice: `${releasedPerSecond}/s`,
    askedPerSecond: releasedPerSecond,
    releasedPerSecond,
    released: 10,
    accepted,
    refused: 0,
    acceptedPerSecond: null,
    sustained: { answers: accepted, seconds: 2 },
    roundTripMsP50: null,
    roundTripMsP95: null,
  });
  const said = (...accepted: number[]): readonly string[] => {
    const stages = accepted.map((count, i) => stage(5 * (i + 1), count));
    return gatewaySentences(analysisOf([{ ...fineGroup("a"), stages }], {}));
  };
  expect(said(10, 10)).toEqual(["a: no 429 up to 10/s"]);
  expect(said(10, 0)).toEqual(["a: no 429 up to 5/s"]);
  expect(said(0, 0)).toEqual(["a: nothing was answered, so no limit shows"]);
});

import { describe, expect, it } from "vitest";
import { readCorpus, type Fixture } from "../support/corpus.ts";
import { cutExceptions, ENDINGS, refusalCutExceptions, type Cuttable } from "../support/cuts.ts";

/* Every body of the corpus, cut at every byte. */

const corpus = readCorpus();
const streams = corpus.filter(({ head, expected }) => head.status === 200 && expected.failure?.where !== "headers");
const refusals = corpus.filter((fixture) => !streams.includes(fixture));

function cuttable({ name, head, bytes, expected }: Fixture): Cuttable {
  return { name, head, bytes, text: expected.text, broken: expected.failure?.kind };
}

describe("a stream cut at every byte is a named failure, or whole", () => {
  it.each(streams.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => {
    for (const ending of ENDINGS) expect(cutExceptions(cuttable(fixture), ending)).toEqual([]);
  });
});

describe("a refusal cut at every byte keeps its status, and a kind that the rest of its words or the status give", () => {
  it.each(refusals.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => {
    for (const ending of ENDINGS) expect(refusalCutExceptions(cuttable(fixture), ending)).toEqual([]);
  });
});

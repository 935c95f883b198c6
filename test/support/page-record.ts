import type { RunRecord } from "../../src/core/run.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { CARBON_MODEL_VERSION } from "../../src/measure/carbon/estimate.ts";
import { CHARACTERS, CHAT, madeRun, type Character } from "./golden-run.ts";

/** How large a made-up run is, and how its targets are called where they do not have plain names. */
interface Size {
  readonly targets: number;
  readonly scenarios: number;
  /** Per target and scenario. */
  readonly requests: number;
  readonly names: readonly string[];
}

/** Of each target. */
const CONNECTIONS = 30;

/**
 * A made-up run with planted differences: every target is slower to begin and slower to write than the one before, and cheaper; the
 * second fails one time in eight, and the last has no price. Places and machines that a carbon estimate needs are known of half.
 */
export function pageRecord({ targets, scenarios, requests, names }: Size): RunRecord {
  const made = madeRun(
    Array.from({ length: scenarios }, (_, index) => scenarioAt(index, requests)),
    Array.from({ length: targets }, (_, index) => characterAt(index, targets, names[index])),
  );
  return {
    manifest: { ...made.manifest, carbonModelVersion: CARBON_MODEL_VERSION },
    // A connection carries few of them, so that verdicts have something to go by.
    observations: made.observations.map((one) => ({
      ...one,
      connection: one.connection && {
        ...one.connection,
        id: (one.pair % CONNECTIONS) + CONNECTIONS * made.manifest.targets.findIndex(({ id }) => id === one.target),
      },
    })),
    events: new Map(made.events.map((trace) => [trace.id, trace])),
    tokens: new Map(made.tokens.map((count) => [count.id, count])),
    lost: [],
    stalls: [],
    serverScrapes: [],
    warnings: [],
  };
}

function scenarioAt(index: number, requests: number): Scenario {
  return { ...CHAT, id: `chat-${index + 1}`, stop: { requests, durationMs: null }, seed: CHAT.seed + index };
}

function characterAt(index: number, count: number, name = `target-${index + 1}`): Character {
  const { target } = CHARACTERS[0]!;
  const { price } = target;
  if (price.kind !== "tokens") throw new Error("the frozen run has prices per token");
  const usd = 0.5 + 0.6 * (count - index);
  const fact = <T>(value: T): { value: T; source: string; date: string } => ({
    value,
    source: "made up",
    date: "2026",
  });
  const isLast = index === count - 1;
  return {
    target: {
      ...target,
      id: name,
      price: isLast
        ? { kind: "unknown", reason: "not found" }
        : { ...price, inputUsdPerMtok: usd, outputUsdPerMtok: usd * 2 },
      carbon:
        index % 2 === 0
          ? {
              region: fact(index % 4 === 0 ? "aws:us-east-1" : "aws:eu-north-1"),
              hardware: fact("h100x8-fp8"),
              batch: fact(64),
            }
          : {},
    },
    ttftMs: 150 * 1.35 ** index,
    gapMs: 14 + 3 * index,
    failureShare: index === 1 ? 0.125 : 0,
    serverBehindMs: index % 3 === 0 ? 25 + 10 * index : null,
  };
}

import { wasSent } from "../../core/bill.ts";
import type { Observation } from "../../core/observation.ts";
import type { Manifest } from "../../core/run.ts";
import type { Target } from "../../core/target.ts";
import { paceOf } from "../pace.ts";
import { quantileOf } from "../quantile.ts";
import { outputTokens, spanMs, standingOf, type Sample } from "../sample.ts";
import {
  CARBON_MODEL_VERSION,
  type CarbonEstimate,
  type CarbonInput,
  estimateCarbon,
  type NotEstimable,
} from "./estimate.ts";
import type { AttemptTokens } from "./work.ts";

/** The key of a run's metadata that says who answers for its carbon figures. */
export const RESPONSIBLE_KEY = "responsible";

/** What the carbon model was asked about one target in one scenario, and its answer. */
export interface GroupCarbon {
  readonly input: CarbonInput;
  readonly estimate: CarbonEstimate | NotEstimable;
}

/**
 * The carbon estimate of one target in one scenario.
 *
 * @param samples attempts of the measured phase, retries too; what was never sent or is nobody's fault is left out here
 */
export function carbonOf(target: Target, samples: readonly Sample[], manifest: Manifest): GroupCarbon {
  const input = carbonInput(target, samples, manifest);
  const pinned = manifest.carbonModelVersion;
  if (pinned === CARBON_MODEL_VERSION) return { input, estimate: estimateCarbon(input) };
  const made = pinned === null ? "this run names no carbon model" : `this run names carbon-model ${pinned}`;
  const reason = `${made}, this version has ${CARBON_MODEL_VERSION}: \`herdbench report --revise\` estimates by it`;
  return { input, estimate: { kind: "not-estimable", carbonModelVersion: CARBON_MODEL_VERSION, reason } };
}

function carbonInput(target: Target, samples: readonly Sample[], manifest: Manifest): CarbonInput {
  const asked = samples.filter((sample) => askedModel(sample.observation) && isCounted(sample));
  const answers = asked.filter((sample) => standingOf(sample) === "success");
  const median = (of: (sample: Sample) => number | null): number | null =>
    quantileOf(
      answers.flatMap((sample) => of(sample) ?? []),
      0.5,
    );
  const { provider, model, region, publishedRegions, precision } = target;
  return {
    target: { provider, model, region, publishedRegions, precision },
    workload: {
      attempts: asked.map(tokensOf),
      itlMs: median(tpotMs),
      ttftMs: median(({ observation }) => spanMs(observation.stamps, "sent", "firstContent")),
    },
    overrides: target.carbon,
    reporting: {
      // Nobody can answer for a machine that does not exist.
      responsible: target.simulated ? null : (manifest.metadata[RESPONSIBLE_KEY] ?? null),
      startedAt: manifest.startedAt,
      endedAt: manifest.end?.endedAt ?? null,
    },
  };
}

function askedModel(observation: Observation): boolean {
  return wasSent(observation) && observation.request.maxOutputTokens > 0;
}

function isCounted(sample: Sample): boolean {
  const standing = standingOf(sample);
  return standing === "success" || standing === "failure";
}

/** Tokens as billed, else as counted, else one for each content event, of which none has less. */
function tokensOf(sample: Sample): AttemptTokens {
  const { usage, request, events, stamps } = sample.observation;
  const began = stamps.firstContent !== null;
  return {
    inputTokens: usage?.input ?? request.inputTokens,
    cachedTokens: usage?.cached ?? 0,
    outputTokens: outputTokens(sample).n ?? events.content,
    outcome: standingOf(sample) === "success" ? "completed" : began ? "failed" : "refused",
  };
}

function tpotMs(sample: Sample): number | null {
  const { pace } = paceOf(sample);
  return pace === null ? null : pace.ms / pace.tokens;
}

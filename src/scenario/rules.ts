import { traceOf } from "../core/load.ts";
import { rateProfile } from "../core/rate.ts";
import { mostAsked, type Scenario } from "../core/scenario.ts";
import { ARRIVALS_MAX } from "./plan.ts";
import { PROMPT_TOKENS_MAX, PROMPT_TOKENS_MIN } from "./prompts.ts";

/** The members of a scenario that rules are about. */
type Parts = Pick<Scenario, "prompt" | "conversation" | "load" | "stop">;

/** What must hold between members of a scenario, each of which may be right by itself. */
export interface Rule {
  /** The rule is judged when these can be read, whatever else is wrong: all problems at once. */
  readonly needs: readonly (keyof Parts)[];
  readonly holds: (parts: Parts) => boolean;
  /** The member to mend. */
  readonly path: readonly string[];
  readonly message: string;
}

export const RULES: readonly Rule[] = [
  {
    needs: ["load", "stop"],
    holds: ({ load, stop }) =>
      load.kind === "gateway" || traceOf(load) !== null || stop.requests !== null || stop.durationMs !== null,
    path: ["stop"],
    message: "needs requests, durationMs or both",
  },
  {
    needs: ["load", "prompt"],
    holds: ({ load, prompt }) => load.kind !== "gateway" || isPlain(prompt),
    path: ["prompt"],
    message: "must have no spread, prefix or dataset: what autocannon sends is as long as the next",
  },
  {
    needs: ["load", "stop"],
    holds: ({ load, stop }) => !["ramp", "steps"].includes(processOf(load)) || stop.durationMs !== null,
    path: ["stop", "durationMs"],
    message: "is missing: a ramp or steps take their time from it",
  },
  {
    needs: ["load", "stop", "conversation"],
    holds: fitsPlan,
    path: ["stop"],
    message: `a duration at this rate plans more than ${ARRIVALS_MAX} requests; set stop.requests`,
  },
  {
    needs: ["load", "prompt"],
    holds: ({ load, prompt }) => prompt.cache === "cold" || traceOf(load)?.format !== "azure",
    path: ["prompt", "cache"],
    message: 'must be "cold": a trace in this format does not say which prompts begin alike',
  },
  {
    needs: ["load", "prompt"],
    holds: ({ load, prompt }) => prompt.spread === null || !hasOwnLengths(load, prompt),
    path: ["prompt", "spread"],
    message: "must be null: a trace and a dataset have lengths of their own",
  },
  {
    needs: ["prompt"],
    holds: ({ prompt }) => prompt.spread === null || prompt.cache === "cold" || prompt.prefix !== null,
    path: ["prompt", "spread"],
    message: "must be null: a warm prompt without a prefix is one and the same",
  },
  {
    needs: ["prompt"],
    holds: ({ prompt }) => prompt.prefix === null || prompt.cache === "warm",
    path: ["prompt", "prefix"],
    message: 'needs prompt.cache "warm"',
  },
  {
    needs: ["prompt"],
    holds: ({ prompt }) => prompt.prefix === null || prompt.prefix.tokens + PROMPT_TOKENS_MIN <= prompt.inputTokens,
    path: ["prompt", "prefix", "tokens"],
    message: `must leave ${PROMPT_TOKENS_MIN} of prompt.inputTokens to the rest of the prompt`,
  },
  {
    needs: ["load", "prompt"],
    holds: ({ load, prompt }) => prompt.prefix === null || !hasOwnLengths(load, prompt),
    path: ["prompt", "prefix"],
    message: "must be null: a trace and a dataset have prefixes of their own",
  },
  {
    needs: ["load", "prompt"],
    holds: ({ load, prompt }) => prompt.dataset === null || traceOf(load) === null,
    path: ["prompt", "dataset"],
    message: "must be null: a trace says how long its prompts are",
  },
  {
    needs: ["load", "prompt", "conversation"],
    holds: ({ load, prompt, conversation }) => conversation === null || !hasOwnLengths(load, prompt),
    path: ["conversation"],
    message: "must be null: turns of a trace or a dataset are not known",
  },
  {
    needs: ["prompt", "conversation"],
    holds: ({ prompt, conversation }) => conversation === null || prompt.cache === "cold" || prompt.prefix !== null,
    path: ["prompt", "cache"],
    message: 'must be "cold" unless there is a prefix: a conversation that begins like all others is one and the same',
  },
  {
    needs: ["prompt", "conversation"],
    holds: (parts) => mostAsked(parts).inputTokens <= PROMPT_TOKENS_MAX,
    path: ["conversation"],
    message: `grows above ${PROMPT_TOKENS_MAX} tokens`,
  },
];

function processOf(load: Parts["load"]): string {
  return load.kind === "open" ? load.arrival : load.kind;
}

function isPlain({ spread, prefix, dataset }: Parts["prompt"]): boolean {
  return spread === null && prefix === null && dataset === null;
}

function hasOwnLengths(load: Parts["load"], prompt: Parts["prompt"]): boolean {
  return traceOf(load) !== null || prompt.dataset !== null;
}

/** Random arrivals scatter around their mean, so the limit leaves a tenth to spare. */
function fitsPlan({ load, stop, conversation }: Parts): boolean {
  if (load.kind !== "open" || load.arrival === "trace") return true;
  if (stop.requests !== null || stop.durationMs === null) return true;
  const begun = rateProfile(load, stop.durationMs).expectedBy(stop.durationMs * 1000);
  return begun * (conversation?.turns ?? 1) <= 0.9 * ARRIVALS_MAX;
}

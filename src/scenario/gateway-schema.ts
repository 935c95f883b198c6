import { z } from "zod";
import type { Load } from "../core/load.ts";
import type { Scenario } from "../core/scenario.ts";
import { strictObject } from "./problems.ts";

const CONNECTIONS_MAX = 1000;
const RATE_PER_SECOND_MAX = 100_000;
const RATES_MAX = 50;
/** Requests of one rate are signed together, and a signature is good for five minutes. */
const SECONDS_PER_RATE_MAX = 240;

export const gatewaySchema = strictObject({
  kind: z.literal("gateway").describe("Whole answers, by autocannon: at one rate after the other, then flat out."),
  path: z
    .enum(["models", "chat"])
    .describe("models: GET the list of models, without a prompt. chat: answers in one piece."),
  connections: z.int().min(1).max(CONNECTIONS_MAX).describe("Each carries one request at a time."),
  ratesPerSecond: z
    .array(z.int().min(1).max(RATE_PER_SECOND_MAX))
    .max(RATES_MAX)
    .default([])
    .describe("Ascending multiples of connections; empty: flat out alone."),
  secondsPerRate: z
    .int()
    .min(1)
    .max(SECONDS_PER_RATE_MAX)
    .default(10)
    .describe("How long each rate is kept; a limit per minute shows only after that."),
})
  .refine(({ ratesPerSecond: rates }) => rates.every((rate, i) => i === 0 || rate > rates[i - 1]!), {
    path: ["ratesPerSecond"],
    message: "must ascend",
  })
  .refine(({ ratesPerSecond: rates, connections }) => rates.every((rate) => rate % connections === 0), {
    path: ["ratesPerSecond"],
    message: "must be multiples of connections: each connection makes a whole number of requests a second",
  });

/** A scenario as it is written, its prompt null where no model is asked. */
interface Written extends Pick<Scenario, "conversation" | "load" | "stop" | "warmups" | "slo" | "arrangement"> {
  readonly prompt: object | null;
}

interface Rule {
  readonly path: readonly string[];
  /** Members that it looks at, beside the load. */
  readonly needs: readonly (keyof Written)[];
  readonly message: string;
  readonly holds: (scenario: Written) => boolean;
}

function isGateway({ load }: { readonly load: Load }): boolean {
  return load.kind === "gateway";
}

function asksForModels({ load }: { readonly load: Load }): boolean {
  return load.kind === "gateway" && load.path === "models";
}

/** What a gateway load means for the rest of its scenario, and what only it may do without. */
export const GATEWAY_RULES: readonly Rule[] = [
  {
    path: ["prompt"],
    needs: ["prompt"],
    message: "must not be null: only a list of models is asked for without one",
    holds: (scenario) => scenario.prompt !== null || asksForModels(scenario),
  },
  {
    path: ["prompt"],
    needs: ["prompt"],
    message: "must be null: a list of models is asked for without one",
    holds: (scenario) => scenario.prompt === null || !asksForModels(scenario),
  },
  {
    path: ["stop", "requests"],
    needs: ["stop"],
    message: "is missing: a gateway gets no more requests than were reserved for it",
    holds: (scenario) => !isGateway(scenario) || scenario.stop.requests !== null,
  },
  {
    path: ["stop", "durationMs"],
    needs: ["stop"],
    message: "must be null: a gateway load ends by its requests",
    holds: (scenario) => !isGateway(scenario) || scenario.stop.durationMs === null,
  },
  {
    path: ["conversation"],
    needs: ["conversation"],
    message: "must be null: a gateway load waits for no answer to go on with",
    holds: (scenario) => !isGateway(scenario) || scenario.conversation === null,
  },
  {
    path: ["warmups"],
    needs: ["warmups"],
    message: "must be 0: the lowest rate comes first",
    holds: (scenario) => !isGateway(scenario) || scenario.warmups === 0,
  },
  {
    path: ["slo"],
    needs: ["slo"],
    message: "must set e2eMs alone: an answer in one piece has no first token",
    holds: (scenario) => !isGateway(scenario) || (scenario.slo.ttftMs === null && scenario.slo.tpotMs === null),
  },
  {
    path: ["arrangement"],
    needs: ["arrangement"],
    message: 'must be "rotated": targets at the same time would share what this machine can send',
    holds: (scenario) => !isGateway(scenario) || scenario.arrangement === "rotated",
  },
];

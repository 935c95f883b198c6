import { z } from "zod";
import type { Block, Scenario } from "../core/scenario.ts";
import { DURATION_MS_MAX } from "./load-schema.ts";
import { ARRIVALS_MAX } from "./plan.ts";
import { strictObject } from "./problems.ts";

const parts = strictObject({
  requests: z.int().min(1).max(ARRIVALS_MAX).nullable().default(null).describe("Requests per target; or durationMs."),
  durationMs: z
    .int()
    .min(1)
    .max(DURATION_MS_MAX)
    .nullable()
    .default(null)
    .describe("Milliseconds of an open loop; or requests."),
}).refine(
  ({ requests, durationMs }) => (requests === null) !== (durationMs === null),
  "needs requests or durationMs, and not both",
);

export const blockSchema = parts
  .nullable()
  .default(null)
  .describe(
    "Length of a block: in each, connections are new, and rotated targets take turns in another order. Null: a minute of an open loop; ten rounds, at least 50 requests, of a closed one; all of one that a duration ends.",
  );

interface Blocked extends Pick<Scenario, "load" | "stop"> {
  readonly block: Block | null;
}

/** In closed loop answers decide when a request leaves, under a duration also how many there are, and a gateway's parts are its rates. */
export function fitsBlocks({ load, stop, block }: Blocked): boolean {
  if (block === null || load.kind === "open") return true;
  return load.kind === "closed" && block.durationMs === null && stop.durationMs === null;
}

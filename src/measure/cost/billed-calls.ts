import type { Flag } from "../flags.ts";
import type { Group } from "../group.ts";
import { callCost, type CallCost } from "./call-cost.ts";

/**
 * Measured calls whose tokens are known to have been paid for: completed ones, and failed ones that reported usage. A
 * call whose tokens or price are unknown is left out, and named by a flag.
 */
export function billedCalls(group: Group): { readonly calls: readonly CallCost[]; readonly flags: readonly Flag[] } {
  const found = [...group.successes, ...group.failures].map(callCost);
  const calls = found.flatMap(({ cost }) => (cost === null || cost.input + cost.output === 0 ? [] : [cost]));
  // What failed without usage is left out of both sides of the ratio, so it makes nothing uncertain here.
  const flags = new Set(found.flatMap((call) => call.flags).filter((flag) => flag !== "spend_uncertain"));
  if (calls.length === 0 && flags.size === 0) flags.add("no_values");
  return { calls, flags: [...flags] };
}

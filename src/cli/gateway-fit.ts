import type { Scenario } from "../core/scenario.ts";
import type { Contender } from "../run/contender.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Autocannon sends one request after another, straight to its target.
 *
 * @throws UsageError naming each target and gateway scenario that do not go together
 */
export function refuseUnfitGateways(contenders: readonly Contender[], scenarios: readonly Scenario[]): void {
  const problems = scenarios.flatMap(({ id, load }) => {
    if (load.kind !== "gateway") return [];
    return contenders.flatMap((contender) => {
      const why = unfit(contender, load.path);
      return why === null ? [] : [`${contender.target.id}, ${id}: does not apply: ${why}; leave one of the two out`];
    });
  });
  if (problems.length > 0) throw new UsageError(...problems);
}

function unfit({ wire, route }: Contender, path: "models" | "chat"): string | null {
  if (route.proxy !== null) return `the load goes past the proxy ${route.proxy.origin}`;
  if (wire.whole === undefined) return "this provider's protocol has no such call here";
  return path === "chat" && wire.follow !== undefined ? "an answer takes several exchanges here" : null;
}

import type { Provider } from "../core/provider.ts";
import type { TargetEntry } from "../scenario/config.ts";
import { UsageError } from "./usage-error.ts";

/** There the user names the model, whatever its file says. */
const OWN_SERVERS = new Set(["self-hosted", "dedicated"]);

/**
 * A model of which the provider's file says that it has no id there would cost a run that can only fail.
 *
 * @throws UsageError naming the models that the provider has
 */
export function refuseUnlisted(entry: TargetEntry, { models }: Provider): void {
  const asked = models[entry.model];
  const isNamed = entry.modelId !== null || entry.baseUrl !== null || entry.tier !== null;
  if (asked === undefined || asked.id !== null || isNamed || OWN_SERVERS.has(asked.status)) return;
  const known = Object.entries(models).flatMap(([name, { id }]) => (id === null ? [] : [name]));
  const why = asked.statusNote === null ? asked.status : `${asked.status}: ${asked.statusNote}`;
  const mend = known.length === 0 ? "give its id with --model" : `it has ${known.join(", ")}: choose with --model`;
  throw new UsageError(`target ${entry.id}: no id is known for ${entry.model} (${why}); ${mend}`);
}

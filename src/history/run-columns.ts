import { rerunReason } from "../core/study.ts";
import { runSeconds, type Manifest } from "../core/run.ts";
import { column, microseconds, type Columns } from "./column.ts";

/** What the row of one run is made from. */
export interface IndexedRun {
  readonly manifest: Manifest;
  /** By its comparison.csv; null where that is missing. */
  readonly validity: string | null;
  readonly attempts: number;
  /** What all attempts cost as far as it is known; null where nothing is. */
  readonly spentUsd: number | null;
  /** Tags of the revisions beside its reports. */
  readonly revisions: readonly string[];
  readonly warnings: readonly string[];
}

/** Table `runs`: one row per run folder. */
export const RUN_COLUMNS: Columns<IndexedRun> = {
  run_id: column("VARCHAR", "name of the run folder", ({ manifest }) => manifest.runId),
  label: column("VARCHAR", "label that the run was given", ({ manifest }) => manifest.label),
  started_at: column("TIMESTAMP", "wall time of its first moment, UTC", ({ manifest }) =>
    microseconds(manifest.startedAt),
  ),
  ended_at: column("TIMESTAMP", "wall time of its end, UTC; empty when the process was killed", ({ manifest }) =>
    microseconds(manifest.end?.endedAt ?? null),
  ),
  duration_s: column("DOUBLE", "how long it ran, seconds, pauses between two processes left out", ({ manifest }) =>
    runSeconds(manifest),
  ),
  end_reason: column(
    "VARCHAR",
    "complete, interrupt or budget; empty when the process was killed",
    ({ manifest }) => manifest.end?.reason ?? null,
  ),
  validity: column("VARCHAR", "VALID or INVALID; empty without comparison.csv", ({ validity }) => validity),
  simulated: column("BOOLEAN", "true when any target is simulated", ({ manifest }) => manifest.simulated),
  vantage: column("VARCHAR", "place that the client ran at", ({ manifest }) => manifest.vantage),
  scenarios: column("VARCHAR[]", "ids of its scenarios", ({ manifest }) =>
    manifest.scenarios.map(({ scenario }) => scenario.id),
  ),
  targets: column("VARCHAR[]", "ids of its targets", ({ manifest }) => manifest.targets.map(({ id }) => id)),
  study: column(
    "VARCHAR",
    "sweep, search or nightly; empty for a plain run",
    ({ manifest }) => manifest.study?.kind ?? null,
  ),
  rerun: column("VARCHAR", "why it was measured again beside its night; empty for any other run", ({ manifest }) =>
    rerunReason(manifest.study),
  ),
  attempts: column("BIGINT", "lines of observations.ndjson that could be read", ({ attempts }) => attempts),
  spent_usd: column("DOUBLE", "known cost of all attempts, USD", ({ spentUsd }) => spentUsd),
  max_cost_usd: column("DOUBLE", "cap of the run, USD; empty for none", ({ manifest }) => manifest.maxCostUsd),
  client_error_ms_p99: column(
    "DOUBLE",
    "error of the client itself during the run, milliseconds",
    ({ manifest }) => manifest.end?.clientErrorMsP99 ?? null,
  ),
  seed: column("BIGINT", "seed of plans and prompts", ({ manifest }) => manifest.seed),
  tool_version: column("VARCHAR", "herdbench version that ran it", ({ manifest }) => manifest.toolVersion),
  definitions_version: column(
    "BIGINT",
    "version of the metric definitions",
    ({ manifest }) => manifest.definitionsVersion,
  ),
  carbon_model_version: column(
    "VARCHAR",
    "version of the carbon model; empty for none",
    ({ manifest }) => manifest.carbonModelVersion,
  ),
  metadata: column("VARCHAR", "what --metadata said, a JSON object", ({ manifest }) =>
    JSON.stringify(manifest.metadata),
  ),
  revisions: column("VARCHAR[]", "tags of later reports by other prices or models", ({ revisions }) => revisions),
  warnings: column("VARCHAR[]", "what had to be mended or skipped to read it", ({ warnings }) => warnings),
};

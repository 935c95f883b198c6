import type { Observation, Stamps } from "../core/observation.ts";
import type { Manifest } from "../core/run.ts";
import { e2e } from "../measure/metrics/e2e.ts";
import { latencyFromSchedule } from "../measure/metrics/latency_from_schedule.ts";
import { tpot } from "../measure/metrics/tpot.ts";
import { ttfb } from "../measure/metrics/ttfb.ts";
import { ttft } from "../measure/metrics/ttft.ts";
import { clientDelayMs, failureName, outputTokens, standingOf, type Sample } from "../measure/sample.ts";
import type { RequestMetric } from "../measure/metric.ts";
import { column, microseconds, type Column, type Columns } from "./column.ts";

/** What the row of one attempt is made from. */
export interface IndexedAttempt {
  readonly manifest: Manifest;
  readonly sample: Sample;
}

type Of<Value> = (observation: Observation) => Value;

/** Table `observations`: one row per attempt. Stamps are microseconds since the run's first moment. */
export const OBSERVATION_COLUMNS: Columns<IndexedAttempt> = {
  run_id: column("VARCHAR", "name of the run folder", ({ manifest }) => manifest.runId),
  id: text("id of the attempt within the run", ({ id }) => id),
  due_at: column("TIMESTAMP", "wall time at which it was due, UTC", ({ manifest, sample }) =>
    dueAt(manifest, sample.observation.stamps),
  ),
  simulated: column("BOOLEAN", "true when the simulator answered", ({ sample }) => sample.target.simulated),
  target: text("what is bought, by its id", ({ target }) => target),
  provider: column("VARCHAR", "seller or engine that serves the target", ({ sample }) => sample.target.provider),
  model: column("VARCHAR", "canonical name of the model, or its raw id", ({ sample }) => sample.target.model),
  region: column("VARCHAR", "region of the target, where one is stated", ({ sample }) => sample.target.region),
  vantage: column("VARCHAR", "place that the client ran at", ({ manifest }) => manifest.vantage),
  scenario: text("workload", ({ scenario }) => scenario),
  load: text("how requests were let go", ({ load }) => load),
  slice: text("part of the scenario; empty for the whole", ({ slice }) => slice),
  pair: whole("index of the request, the same for every target", ({ pair }) => pair),
  turn: whole("turn of a conversation, from 0", ({ turn }) => turn),
  attempt: whole("1 for the first try", ({ attempt }) => attempt),
  phase: text("warmup or measured", ({ phase }) => phase),
  outcome: text("completed, failed, cancelled, dropped or not-started", ({ outcome }) => outcome),
  standing: column("VARCHAR", "how it counts in every report: success, failure, drop or excluded", ({ sample }) =>
    standingOf(sample),
  ),
  failure: column("VARCHAR", "what kept it from being a success; empty for one", ({ sample }) => failureName(sample)),
  failure_where: text("stage of the exchange at which it failed", ({ failure }) => failure?.where ?? null),
  status: whole("HTTP status of a failure", ({ failure }) => failure?.status ?? null),
  failure_code: text("machine-readable code of a failure", ({ failure }) => failure?.code ?? null),
  reason: text("why it was cancelled or not started", ({ reason }) => reason),
  finish: text("why the model stopped", ({ finish }) => finish),
  flags: column("VARCHAR[]", "what is to be read with care, by glossary", ({ sample }) => sample.observation.flags),
  ttft_ms: metric(ttft),
  tpot_ms: metric(tpot),
  e2e_ms: metric(e2e),
  ttfb_ms: metric(ttfb),
  latency_from_schedule_ms: metric(latencyFromSchedule),
  client_delay_ms: column("DOUBLE", "the harness's own fault, milliseconds", ({ sample }) => clientDelayMs(sample)),
  input_tokens: whole("input tokens as billed", ({ usage }) => usage?.input ?? null),
  cached_tokens: whole("those of them read from a cache", ({ usage }) => usage?.cached ?? null),
  output_tokens: column(
    "BIGINT",
    "output tokens as billed, else by the pinned tokenizer",
    ({ sample }) => outputTokens(sample).n,
  ),
  output_tokens_local: column(
    "BIGINT",
    "output tokens by the pinned tokenizer",
    ({ sample }) => sample.tokens?.output ?? null,
  ),
  content_events: whole("stream events with content", ({ events }) => events.content),
  coalesced_events: whole("those of them that shared a read with the one before", ({ events }) => events.coalesced),
  usd: real("cost of the call by the price list, USD", ({ cost }) => cost.usd),
  reserved_usd: real("what was reserved for it, USD", ({ cost }) => cost.reservedUsd),
  model_echoed: text("model id that the answer named", ({ modelEchoed }) => modelEchoed),
  connection_id: whole("connection that carried it, unique within the run", ({ connection }) => connection?.id ?? null),
  connection_reused: column(
    "BOOLEAN",
    "false when it waited for the connection to open",
    ({ sample }) => sample.observation.connection?.reused ?? null,
  ),
  peer: text("address of the far side, or of the proxy", ({ connection }) => connection?.peer ?? null),
  server_queue_ms: real("queue time by the server's own clock", ({ server }) => server?.queueMs ?? null),
  server_ttft_ms: real("time to first token by the server's own clock", ({ server }) => server?.ttftMs ?? null),
  retry_after_ms: real("what a refusal asked to wait", ({ rateLimit }) => rateLimit?.retryAfterMs ?? null),
  ...stampColumns(["scheduled", "released", "sent", "headers", "firstContent", "lastContent", "end"]),
};

function text(meaning: string, of: Of<string | null>): Column<IndexedAttempt> {
  return column("VARCHAR", meaning, ({ sample }) => of(sample.observation));
}

function whole(meaning: string, of: Of<number | null>): Column<IndexedAttempt> {
  return column("BIGINT", meaning, ({ sample }) => of(sample.observation));
}

function real(meaning: string, of: Of<number | null>): Column<IndexedAttempt> {
  return column("DOUBLE", meaning, ({ sample }) => of(sample.observation));
}

/** By the same function as in every report, but of failed attempts too where they have the stamps. */
function metric({ title, read }: RequestMetric): Column<IndexedAttempt> {
  return column(
    "DOUBLE",
    `${title.toLowerCase()} of this attempt, milliseconds`,
    ({ sample }) => read(sample).values[0] ?? null,
  );
}

function stampColumns(names: readonly (keyof Stamps)[]): Columns<IndexedAttempt> {
  const snake = (name: string): string => name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    names.map((name) => [`${snake(name)}_us`, whole(`stamp ${name}`, ({ stamps }) => stamps[name])]),
  );
}

function dueAt({ startedAt }: Manifest, { scheduled }: Stamps): number {
  return microseconds(startedAt)! + scheduled;
}

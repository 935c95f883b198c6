import type { FailureKind } from "../core/failure.ts";
import type { Observation, RateLimit } from "../core/observation.ts";
import type { QuotaShortfall } from "../core/run.ts";
import { goneNote, type ModelEntry } from "../core/provider.ts";
import type { Target } from "../core/target.ts";
import { otherModelNote } from "./simulated-provider.ts";

/**
 * How a target answered one small call. `gone` is a finding, not a fault: the model is not there, as its file says.
 * `not asked`: no key, no address or no price, so nothing was sent.
 */
export type CheckVerdict = "ok" | "gone" | "failed" | "not asked";

/** One line of `herdbench providers check`. Milliseconds; null for what did not happen or was not said. */
export interface CheckRow {
  readonly target: string;
  readonly provider: string;
  readonly model: string;
  readonly modelId: string;
  readonly simulated: boolean;
  readonly verdict: CheckVerdict;
  readonly failure: FailureKind | null;
  /** One sentence: why, or what is worth knowing. */
  readonly note: string;
  readonly dnsMs: number | null;
  readonly tcpMs: number | null;
  readonly tlsMs: number | null;
  readonly ttftMs: number | null;
  readonly modelEchoed: string | null;
  readonly usage: Observation["usage"];
  /** Names of the server's own timings that came with the answer. */
  readonly timings: readonly string[];
  readonly rateLimit: RateLimit | null;
  /** Loads that need more than the account's limits allow; empty too where no limit is told. */
  readonly quotaLimited: readonly QuotaShortfall[];
  readonly usd: number | null;
}

/** What the answer of a target says about it. */
export function checkedRow(
  target: Target,
  entry: ModelEntry | undefined,
  observation: Observation,
  tooLow: readonly QuotaShortfall[],
): CheckRow {
  const { stamps, connection, failure } = observation;
  const notes = [otherModelNote(target) ?? "", noteOf(target, observation), ...tooLow.map(quotaNote)];
  const gone = failure?.kind === "not-found" ? goneNote(entry) : null;
  return {
    ...headOf(target),
    verdict: observation.outcome === "completed" ? "ok" : gone === null ? "failed" : "gone",
    failure: failure?.kind ?? null,
    note: gone ?? notes.filter((part) => part !== "").join("; "),
    dnsMs: ms(connection?.dns ?? null),
    tcpMs: ms(connection?.tcp ?? null),
    tlsMs: ms(connection?.tls ?? null),
    ttftMs: stamps.firstContent === null || stamps.sent === null ? null : ms(stamps.firstContent - stamps.sent),
    modelEchoed: observation.modelEchoed,
    usage: observation.usage,
    timings: Object.entries(observation.server ?? {}).flatMap(([name, value]) => (value === null ? [] : [name])),
    rateLimit: observation.rateLimit,
    quotaLimited: tooLow,
    usd: observation.cost.usd,
  };
}

/** A target that nothing was sent to, and why. */
export function unaskedRow(
  target: Pick<Target, "id" | "provider" | "model" | "modelId" | "simulated">,
  note: string,
): CheckRow {
  return {
    ...headOf(target),
    verdict: "not asked",
    failure: null,
    note,
    dnsMs: null,
    tcpMs: null,
    tlsMs: null,
    ttftMs: null,
    modelEchoed: null,
    usage: null,
    timings: [],
    rateLimit: null,
    quotaLimited: [],
    usd: null,
  };
}

function headOf({
  id,
  provider,
  model,
  modelId,
  simulated,
}: Pick<Target, "id" | "provider" | "model" | "modelId" | "simulated">) {
  return { target: id, provider, model, modelId, simulated };
}

function noteOf({ modelId }: Target, { failure, flags, modelEchoed, usage, rateLimit }: Observation): string {
  if (failure !== null) {
    const wait = rateLimit?.retryAfterMs ?? null;
    const status = failure.status === null ? "" : ` (HTTP ${failure.status})`;
    const after = wait === null ? "" : `; asks to wait ${wait / 1000} s`;
    return `${failure.detail ?? failure.code ?? failure.kind}${status}${after}`;
  }
  const remarks = [
    flags.includes("model_differs") ? `asked for ${modelId}, ${modelEchoed ?? "nothing"} answered` : "",
    modelEchoed === null ? "no model is echoed" : "",
    (usage?.output ?? null) === null ? "no usage in the stream" : "",
    flags.includes("empty") ? "the answer is empty" : "",
  ];
  return remarks.filter((remark) => remark !== "").join("; ");
}

function quotaNote({ scenario, of, windowMs, limit, need }: QuotaShortfall): string {
  return `${scenario} needs ${need} ${of} within ${windowMs / 1000} s, the limit is ${limit}`;
}

function ms(us: number | null): number | null {
  return us === null ? null : us / 1000;
}

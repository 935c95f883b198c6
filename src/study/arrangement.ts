import type { Certificate, Overload } from "../core/certificate.ts";
import type { Plan, Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";

/** What an answer of a large model usually takes: a second to its first token, then 20 tokens a second. */
const TTFT_MS = 1000;
const TPOT_MS = 50;

/** A scenario as this machine can carry it; with an overload where it is not as it was, or too much all the same. */
export interface Arranged {
  readonly scenario: Scenario;
  readonly overload: Overload | null;
}

/**
 * Rotates a paired scenario whose answers at once are above what the client is certified for: one target after another, so
 * that it measures them rather than itself.
 *
 * @param targets those that it would ask at the same time
 */
export function arrangedFor(
  plan: Plan,
  targets: readonly Pick<Target, "baseUrl">[],
  certificate: Certificate,
): Arranged {
  const { scenario } = plan;
  const streamsEach = plannedStreams(plan);
  const streamsCertified = certifiedStreams(certificate, targets);
  const atOnce = scenario.arrangement === "paired" ? targets.length : 1;
  if (streamsEach * atOnce <= streamsCertified) return { scenario, overload: null };
  // Where nothing is certified, turns would not help either.
  const isRotated = atOnce > 1 && streamsCertified > 0;
  const overload = { scenario: scenario.id, streamsEach, targets: targets.length, streamsCertified, isRotated };
  return { scenario: isRotated ? { ...scenario, arrangement: "rotated" } : scenario, overload };
}

/**
 * Answers that stream at once from one target: the users of a closed loop; of an open one the most arrivals of the drawn plan
 * within the time of one answer, which is of a usual pace and mean length, or of the objective's where that is stricter.
 */
export function plannedStreams({ scenario, arrivals }: Plan): number {
  const { load, conversation, slo } = scenario;
  // A gateway's answers come in one piece.
  if (load.kind === "gateway") return 0;
  if (load.kind === "closed") return Math.min(load.maxConcurrency, arrivals.length);
  const ttftMs = Math.min(TTFT_MS, slo.ttftMs ?? Infinity);
  const tpotMs = Math.min(TPOT_MS, slo.tpotMs ?? Infinity);
  const tokens = arrivals.reduce((sum, { outputTokens }) => sum + outputTokens, 0) / arrivals.length;
  const answerUs = 1000 * Math.min(ttftMs + tpotMs * tokens, slo.e2eMs ?? Infinity);
  // Of a conversation one turn streams at a time.
  const begun = arrivals.filter(({ turn }) => turn <= 1);
  const lastsUs = answerUs * (conversation?.turns ?? 1);
  let most = 0;
  let ended = 0;
  for (const [i, { dueUs }] of begun.entries()) {
    while ((begun[ended]!.dueUs ?? 0) + lastsUs <= (dueUs ?? 0)) ended += 1;
    most = Math.max(most, i + 1 - ended);
  }
  return Math.min(most, load.maxInFlight);
}

/** By the harder of the two ways when any target speaks TLS; 0 when the machine failed at the lightest load. */
function certifiedStreams({ plain, tls }: Certificate, targets: readonly Pick<Target, "baseUrl">[]): number {
  const isTls = targets.some(({ baseUrl }) => baseUrl.startsWith("https:"));
  return (isTls ? tls : plain)?.streams ?? 0;
}

import type { HttpRequest } from "../../core/provider.ts";
import type { Arrival, Scenario } from "../../core/scenario.ts";
import { draftOf, NOTHING_SAID, type Draft } from "../../scenario/draft.ts";
import { identityOf } from "../attempt-record.ts";
import type { Attempt } from "../call-once.ts";
import type { Contender, LaneContext, Prepared } from "../contender.ts";
import { signed } from "../lane.ts";
import { worstCase, type Reservation } from "../reservation.ts";
import { sha256 } from "../response.ts";

/** A request of one attempt, built, signed and paid for in advance. */
export interface Round extends Prepared {
  readonly identity: Attempt["identity"];
  readonly reserved: Reservation;
}

/** The most that any attempt of a scenario can take. */
export function mostTaken({ target }: Contender, { prompt }: Scenario): Reservation {
  const { inputTokens, outputTokens } = prompt;
  return worstCase(target.price, { inputTokens, maxOutputTokens: outputTokens });
}

/** Builds and signs one attempt. */
export async function roundOf(
  contender: Contender,
  scenario: Scenario,
  of: { readonly arrival: Arrival; readonly attempt: number },
  { runId, time }: Pick<LaneContext, "runId" | "time">,
): Promise<Round> {
  const { arrival, attempt } = of;
  const { target } = contender;
  const { bare, promptHash, draft } = unsigned(contender, scenario, arrival, runId);
  const plain = { ...bare, headers: { ...bare.headers, ...target.headers } };
  const built = { arrival, draft, plain, promptHash };
  const prepared = { ...built, ...(await signed(contender, plain, time)) };
  const identity = identityOf(target, scenario, arrival, attempt, prepared);
  return { ...prepared, identity, reserved: mostTaken(contender, scenario) };
}

function unsigned(
  { target, wire }: Contender,
  scenario: Scenario,
  arrival: Arrival,
  runId: string,
): { readonly bare: HttpRequest; readonly promptHash: string | null; readonly draft: Draft } {
  const { load } = scenario;
  if (wire.whole === undefined) throw new Error(`${target.id} has no calls that are answered in one piece`);
  const { baseUrl, endpoint, modelId, extraBody, parameters } = target;
  if (load.kind !== "gateway" || load.path === "models")
    return { bare: wire.whole.models(baseUrl), promptHash: null, draft: NOTHING_SAID };
  const draft = draftOf(arrival, { runId, target: target.id, scenario }, NOTHING_SAID);
  const { messages } = draft;
  const maxOutputTokens = arrival.outputTokens;
  const bare = wire.whole.request({ baseUrl, endpoint, modelId, messages, maxOutputTokens, extraBody, parameters });
  return { bare, promptHash: sha256(messages.at(-1)!.content), draft };
}

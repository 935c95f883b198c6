import type { HttpRequest } from "../../core/provider.ts";
import type { Arrival, Scenario } from "../../core/scenario.ts";
import { promptOf } from "../../scenario/prompts.ts";
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
  const { bare, promptHash } = unsigned(contender, scenario, arrival, runId);
  const plain = { ...bare, headers: { ...bare.headers, ...target.headers } };
  const built = { arrival, plain, promptHash, inputTokens: scenario.prompt.inputTokens };
  const prepared = { ...built, ...(await signed(contender, plain, time)) };
  const identity = identityOf(target, scenario, arrival, attempt, prepared);
  return { ...prepared, identity, reserved: mostTaken(contender, scenario) };
}

function unsigned(
  { target, wire }: Contender,
  { id, load, prompt, seed }: Scenario,
  { pair, phase }: Arrival,
  runId: string,
): { readonly bare: HttpRequest; readonly promptHash: string | null } {
  if (wire.whole === undefined) throw new Error(`${target.id} has no calls that are answered in one piece`);
  const { baseUrl, endpoint, modelId, extraBody, parameters } = target;
  if (load.kind !== "gateway" || load.path === "models") return { bare: wire.whole.models(baseUrl), promptHash: null };
  const { text } = promptOf({ runId, target: target.id, scenario: id, pair, phase, shape: prompt, seed });
  const maxOutputTokens = prompt.outputTokens;
  const messages = [{ role: "user" as const, content: text }];
  const bare = wire.whole.request({ baseUrl, endpoint, modelId, messages, maxOutputTokens, extraBody, parameters });
  return { bare, promptHash: sha256(text) };
}

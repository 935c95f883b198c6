import type { Message } from "../core/provider.ts";
import type { Arrival, Scenario } from "../core/scenario.ts";
import { blockPrompt } from "./block-prompt.ts";
import { withNonce } from "./dataset.ts";
import { prefixText } from "./prefix.ts";
import { nonce, promptOf } from "./prompts.ts";

/** Messages and their tokens together, by the pinned Llama 3.1 tokenizer and without the chat template. */
export interface Draft {
  /** Oldest first. What is sent ends with the user's. */
  readonly messages: readonly Message[];
  readonly inputTokens: number;
}

/** What was said before the first turn. */
export const NOTHING_SAID: Draft = { messages: [], inputTokens: 0 };

interface Who {
  readonly runId: string;
  /** Id of the target. */
  readonly target: string;
  readonly scenario: Scenario;
}

/**
 * The messages of one planned request to one target.
 *
 * @param before all that was said in its conversation, the last answer included
 */
export function draftOf(arrival: Arrival, who: Who, before: Draft): Draft {
  const { material, inputTokens } = arrival;
  if (arrival.turn > 1) return nextTurn(arrival, who, before);
  switch (material?.kind) {
    case "messages":
      return { messages: ownMessages(material.messages, arrival, who), inputTokens };
    case "blocks":
      return { messages: [{ role: "user", content: blockPrompt(material.ids, inputTokens, who) }], inputTokens };
    case "prefix": {
      const system: Message = { role: "system", content: prefixText(material.index, who) };
      const rest = inputTokens - who.scenario.prompt.prefix!.tokens;
      return { messages: [system, userMessage(arrival, rest, "cold", who)], inputTokens };
    }
    case undefined:
      return { messages: [userMessage(arrival, inputTokens, who.scenario.prompt.cache, who)], inputTokens };
  }
}

/** What has been said once this was answered. */
export function answered({ messages, inputTokens }: Draft, text: string, outputTokens: number): Draft {
  return { messages: [...messages, { role: "assistant", content: text }], inputTokens: inputTokens + outputTokens };
}

/** As the user wrote them, but for the nonce that keeps them cold. */
function ownMessages(
  messages: readonly Message[],
  { pair, phase }: Arrival,
  { runId, target, scenario }: Who,
): readonly Message[] {
  return scenario.prompt.cache === "warm"
    ? messages
    : withNonce(messages, nonce(runId, scenario.id, target, phase, pair));
}

function nextTurn(arrival: Arrival, who: Who, before: Draft): Draft {
  const { inputTokens } = who.scenario.conversation!;
  const message = userMessage(arrival, inputTokens, "cold", who);
  return { messages: [...before.messages, message], inputTokens: before.inputTokens + inputTokens };
}

function userMessage(
  { pair, phase, outputTokens }: Arrival,
  inputTokens: number,
  cache: "cold" | "warm",
  { runId, target, scenario }: Who,
): Message {
  const { id, seed, prompt } = scenario;
  const shape = { ...prompt, inputTokens, outputTokens, cache };
  return { role: "user", content: promptOf({ runId, target, scenario: id, pair, phase, shape, seed }).text };
}

import type { Observation } from "../core/observation.ts";
import type { Material } from "../core/scenario.ts";

/** The observation with every text of the server's cleaned, of credentials and of what must not be kept. */
export function redacted(observation: Observation, redact: (text: string) => string): Observation {
  const clean = (text: string | null): string | null => (text === null ? null : redact(text));
  const { failure, modelEchoed } = observation;
  return {
    ...observation,
    modelEchoed: clean(modelEchoed),
    failure: failure === null ? null : { ...failure, code: clean(failure.code), detail: clean(failure.detail) },
  };
}

/** What is found again in a prompt of the user's own is a quotation of it: no sentence of a server's repeats so much by chance. */
const QUOTE_CHARS = 24;
/** A shorter prompt is no secret, and its words stand in any error. */
const QUOTE_CHARS_MIN = 8;

/** The text, or a note in its place where it quotes a prompt of the user's own: those are kept nowhere. */
export function withoutPrompt(text: string, material: Material | null): string {
  if (material?.kind !== "messages") return text;
  const quotes = material.messages.some(({ content }) => isQuoted(content.trim(), text));
  return quotes ? "(left out: it quotes the prompt)" : text;
}

function isQuoted(content: string, text: string): boolean {
  const length = Math.min(QUOTE_CHARS, content.length);
  if (length < QUOTE_CHARS_MIN) return false;
  for (let i = 0; i + length <= text.length; i += 1) {
    if (content.includes(text.slice(i, i + length))) return true;
  }
  return false;
}

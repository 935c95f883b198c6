import type { Message } from "../core/provider.ts";

/**
 * A conversation as Llama 3 and its successors read it, up to where the answer begins (Meta, Llama 3.1 model card and prompt
 * formats): for services that take the bare text of a prompt and add nothing.
 */
export function llama3Prompt(messages: readonly Message[]): string {
  const header = (role: string): string => `<|start_header_id|>${role}<|end_header_id|>\n\n`;
  const turns = messages.map(({ role, content }) => `${header(role)}${content}<|eot_id|>`);
  return `<|begin_of_text|>${turns.join("")}${header("assistant")}`;
}

import type { Price } from "../../core/target.ts";
import type { Flag } from "../flags.ts";

/** Input tokens of the boards' blend for each one of output. */
const BOARD_RATIO = 3;

/** List price of a mix of tokens, USD per million of input and output together: `(n_in p_in + n_out p_out) / (n_in + n_out)`. */
export function blendUsdPerMtok(
  price: { readonly inputUsdPerMtok: number; readonly outputUsdPerMtok: number },
  tokens: { readonly input: number; readonly output: number },
): number {
  const usd = tokens.input * price.inputUsdPerMtok + tokens.output * price.outputUsdPerMtok;
  return usd / (tokens.input + tokens.output);
}

/** The blend of public boards, three of input to one of output, whatever the workload. */
export function boardUsdPerMtok(price: Parameters<typeof blendUsdPerMtok>[0]): number {
  return blendUsdPerMtok(price, { input: BOARD_RATIO, output: 1 });
}

/** Why a price is no price per token. */
export function unpricedFlag(price: Exclude<Price, { kind: "tokens" }>): Flag {
  return price.kind === "hour" ? "needs_sweep" : "price_unknown";
}

import type { Framing } from "../core/provider.ts";
import type { Framer } from "./framer.ts";
import { sseFramer } from "./sse.ts";

/** How a framing is recognised, and a fresh framer for one response. */
export const FRAMINGS: Readonly<Record<Framing, { readonly contentType: string; open(): Framer }>> = {
  sse: { contentType: "text/event-stream", open: sseFramer },
};

import type { Framing } from "../core/provider.ts";
import { awsEventStreamFramer } from "./aws-event-stream.ts";
import type { Framer } from "./framer.ts";
import { ndjsonFramer } from "./ndjson.ts";
import { sseFramer } from "./sse.ts";

/** How a framing is recognised, and a fresh framer for one response. */
export const FRAMINGS: Readonly<Record<Framing, { readonly contentType: string; open(): Framer }>> = {
  sse: { contentType: "text/event-stream", open: sseFramer },
  ndjson: { contentType: "application/x-ndjson", open: ndjsonFramer },
  "aws-event-stream": { contentType: "application/vnd.amazon.eventstream", open: awsEventStreamFramer },
};

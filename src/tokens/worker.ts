import { parentPort } from "node:worker_threads";
import { loadTokenizer } from "./count.ts";

/** Answers each batch of texts with their token counts, in the same order. Started by `pool.ts` only. */
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

const count = await loadTokenizer();
port.on("message", (texts: readonly string[]) => {
  port.postMessage(texts.map(count));
});

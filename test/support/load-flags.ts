import type { LoadFlags } from "../../src/scenario/custom.ts";

/** A command line without any load flag. */
export const NO_FLAGS: LoadFlags = {
  inputLen: null,
  outputLen: null,
  cache: null,
  prefixLen: null,
  numPrefixes: null,
  turns: null,
  turnLen: null,
  dataset: null,
  requestRate: null,
  arrival: null,
  burstiness: null,
  rampTo: null,
  steps: null,
  trace: null,
  traceFormat: null,
  timeScale: null,
  maxConcurrency: null,
  rampUpS: null,
  thinkTime: null,
  numPrompts: null,
  durationS: null,
  numWarmups: null,
  goodput: null,
  seed: null,
};

import { parseArgs } from "node:util";
import { fuzz, isClean, summary } from "./campaign.ts";
import { fuzzTargets } from "./targets.ts";

/*
 * Feeds every parser with broken input: no throw, no hang, memory bounded, no promise broken. Equal seeds give equal inputs.
 *
 *   npm run fuzz -- [--seed N] [--inputs N, of all targets together] [--target NAME, which then gets them all] [--first N]
 */

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "405" },
    inputs: { type: "string", default: "1000000" },
    target: { type: "string" },
    first: { type: "string", default: "0" },
  },
});
const number = (name: "seed" | "inputs" | "first"): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} takes a whole number, not ${values[name]}`);
};
const [seed, inputs, first] = [number("seed"), number("inputs"), number("first")];
const all = fuzzTargets();
const targets = values.target === undefined ? all : all.filter(({ name }) => name === values.target);
if (targets.length === 0) throw new Error(`--target is one of ${all.map(({ name }) => `"${name}"`).join(", ")}`);

console.log(`seed ${seed}, ${inputs} inputs`);
const results = targets.map((target) => {
  const its = values.target === undefined ? Math.round((inputs * target.share) / 100) : inputs;
  const result = fuzz(target, { seed, first, inputs: its, inputMsMax: 2000 });
  console.log(summary(result, seed));
  return result;
});
const total = results.reduce((sum, result) => sum + result.inputs, 0);
const seconds = results.reduce((sum, result) => sum + result.ms, 0) / 1000;
const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6;
const verdict = results.every(isClean) ? "clean" : "FINDINGS";
console.log(`total: ${total} inputs in ${seconds.toFixed(0)} s, peak memory ${peakMb.toFixed(0)} MB, ${verdict}`);
process.exitCode = verdict === "clean" ? 0 : 1;

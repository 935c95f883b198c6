import { setFlagsFromString } from "node:v8";
import { createContext, runInNewContext, Script } from "node:vm";
import { random } from "../../src/core/random.ts";
import { mutant } from "./mutate.ts";
import type { Target } from "./target.ts";

/** One run over one target. Every input is a function of seed, target and its number, whatever came before it. */
export interface Campaign {
  readonly seed: number;
  /** Number of the first input. */
  readonly first: number;
  readonly inputs: number;
  /** Longest that one input may take, ms of processor time: a busy machine makes no finding. */
  readonly inputMsMax: number;
}

/** An input on which a parser threw, hung, or broke a promise. */
export interface Finding {
  readonly number: number;
  readonly input: Buffer;
  readonly what: string;
}

export interface Result {
  readonly target: string;
  readonly inputs: number;
  readonly bytes: number;
  readonly ms: number;
  readonly slowestMs: number;
  /** Heap that was still in use after the campaign, above what was before it. */
  readonly heapGrowthBytes: number;
  /** How often each outcome came, most often first. */
  readonly outcomes: readonly (readonly [string, number])[];
  readonly findings: readonly Finding[];
}

/** More findings of one target say no more. */
const FINDINGS_MAX = 5;
/** A parser keeps nothing between two inputs: what stays is noise of the engine. */
export const HEAP_GROWTH_BYTES_MAX = 16 * 1024 * 1024;
/** A long input is repeated by its number; a screen shows its beginning. */
const SHOWN_BYTES = 3000;
/** The watchdog costs a thread, so it guards this many inputs at once. */
const BATCH = 100;

export function fuzz(target: Target, { seed, first, inputs, inputMsMax }: Campaign): Result {
  const progress = { next: first, end: first + inputs, bytes: 0, slowestMs: 0 };
  const outcomes = new Map<string, number>();
  const findings: Finding[] = [];

  const inputOf = (number: number): Buffer => mutant(target.seeds, random(seed, target.name, number));
  const one = (number: number): void => {
    const input = inputOf(number);
    progress.bytes += input.length;
    const startMs = processorMs();
    const outcome = target.run(input, random(seed, target.name, number, "run"));
    const ms = processorMs() - startMs;
    progress.slowestMs = Math.max(progress.slowestMs, ms);
    if (ms > inputMsMax) throw new Error(`took ${Math.round(ms)} ms`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  const guarded = watched(() => {
    for (let left = BATCH; left > 0 && progress.next < progress.end; left -= 1) {
      progress.next += 1;
      one(progress.next - 1);
    }
  }, inputMsMax);

  const heapBefore = heapBytes();
  const start = performance.now();
  while (progress.next < progress.end && findings.length < FINDINGS_MAX) {
    const what = guarded();
    const number = progress.next - 1;
    if (what !== null) findings.push({ number, input: inputOf(number), what });
  }
  return {
    target: target.name,
    inputs: progress.next - first,
    bytes: progress.bytes,
    ms: performance.now() - start,
    slowestMs: progress.slowestMs,
    heapGrowthBytes: heapBytes() - heapBefore,
    outcomes: [...outcomes].toSorted((a, b) => b[1] - a[1]),
    findings,
  };
}

/**
 * Runs synchronous work that a watchdog thread of Node ends when it hangs; gives back what went wrong, or null. The
 * watchdog knows wall time only and guards a whole batch, so that it waits many times as long as one input may take.
 */
function watched(work: () => void, inputMsMax: number): () => string | null {
  const script = new Script("work()");
  const context = createContext({ work });
  return () => {
    try {
      script.runInContext(context, { timeout: 20 * inputMsMax });
      return null;
    } catch (error) {
      // Not by instanceof: under a test runner, Node's own errors are of another realm.
      const { code, message } = error as { readonly code?: string; readonly message?: string };
      return code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? "hangs" : (message ?? String(error));
    }
  };
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What the first one finds dead, the second one frees.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The result as text: totals, outcomes, and each finding with all that it takes to repeat it. */
export function summary(result: Result, seed: number): string {
  const { target, inputs, bytes, ms, slowestMs, heapGrowthBytes, outcomes, findings } = result;
  const facts = [
    `${inputs} inputs`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${(ms / 1000).toFixed(1)} s`,
    `${Math.round(inputs / (ms / 1000))}/s`,
    `slowest ${slowestMs.toFixed(1)} ms`,
    `heap ${heapGrowthBytes < 0 ? "" : "+"}${(heapGrowthBytes / 1e6).toFixed(1)} MB`,
    `${findings.length} findings`,
  ];
  const lines = [
    `${target}: ${facts.join(", ")}`,
    `  ${outcomes.map(([outcome, times]) => `${outcome} ${times}`).join(", ")}`,
    ...findings.flatMap(({ number, input, what }) => [
      `  FINDING ${number}: ${what}`,
      `  repeat: npm run fuzz -- --seed ${seed} --target "${target}" --first ${number} --inputs 1`,
      `  input (${input.length} bytes, base64): ${input.subarray(0, SHOWN_BYTES).toString("base64")}`,
    ]),
  ];
  if (heapGrowthBytes > HEAP_GROWTH_BYTES_MAX) lines.push("  FINDING: the heap grew beyond its bound");
  return lines.join("\n");
}

/** True when nothing was found. */
export function isClean({ findings, heapGrowthBytes }: Result): boolean {
  return findings.length === 0 && heapGrowthBytes <= HEAP_GROWTH_BYTES_MAX;
}

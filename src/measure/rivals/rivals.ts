import { msFromUs } from "../../core/units.ts";
import { nearestRank } from "../quantile.ts";
import type { Sample } from "../sample.ts";
import { eventTokens } from "./event-tokens.ts";
import {
  billedOrCounted,
  countedOrBilled,
  LINEAR,
  linearQuantile,
  perToken,
  span,
  tokensOverWall,
  type Reading,
  type Rival,
} from "./rival.ts";

const stampsOf = ({ observation }: Sample): Sample["observation"]["stamps"] => observation.stamps;
const lessOne = (n: number | null): number | null => (n === null ? null : n - 1);
const gapsOf = ({ trace }: Sample): readonly number[] => trace?.deltasUs.map(msFromUs) ?? [];

/** From the call, with the set-up of a connection where one is opened, to the first text. */
const FROM_CALL_TO_TEXT: Reading = {
  says: "first text − send call",
  read: (sample) => span(stampsOf(sample).released, stampsOf(sample).firstContent),
};

/** One value of each answer, with all tokens but the first. */
const MEAN_GAP: Reading = {
  says: "(last text − first text) / (n − 1), one of each answer",
  read: (sample) =>
    perToken(stampsOf(sample).firstContent, stampsOf(sample).lastContent, lessOne(billedOrCounted(sample))),
};

const vllm: Rival = {
  id: "vllm",
  name: "vLLM bench serve",
  source: "vllm/benchmarks/serve.py and lib/endpoint_request_func.py, about September 2026",
  figures: {
    ttft: {
      says: "first chunk with choices, even an empty one (taken as the first byte of the body) − send call",
      read: (sample) => span(stampsOf(sample).released, stampsOf(sample).firstByte),
    },
    tpot: {
      says: "(E2E − TTFT) / (n − 1)",
      read: (sample) =>
        perToken(stampsOf(sample).firstByte, stampsOf(sample).lastContent, lessOne(billedOrCounted(sample))),
    },
    itl: { says: "gaps between chunks, pooled (a chunk may hold many tokens)", read: gapsOf },
    e2e: {
      says: "last chunk with choices (taken as the last text) − send call",
      read: (sample) => span(stampsOf(sample).released, stampsOf(sample).lastContent),
    },
  },
  throughput: {
    says: "all tokens over the whole time, drain included",
    read: (samples) => tokensOverWall(samples, billedOrCounted, (sample) => stampsOf(sample).end),
  },
  quantile: linearQuantile,
  quantileSays: LINEAR,
};

const aiperf: Rival = {
  id: "aiperf",
  name: "AIPerf",
  source: "ai-dynamo/aiperf db4f6397, 2025-10-10, and docs/metrics-reference.md of 2026",
  figures: {
    ttft: FROM_CALL_TO_TEXT,
    tpot: null,
    itl: {
      says: "(E2E − TTFT) / (n − 1), one of each answer; n by its own tokenizer",
      read: (sample) =>
        perToken(stampsOf(sample).firstContent, stampsOf(sample).lastContent, lessOne(countedOrBilled(sample))),
    },
    e2e: {
      says: "last text − send call",
      read: (sample) => span(stampsOf(sample).released, stampsOf(sample).lastContent),
    },
  },
  throughput: {
    says: "all tokens over last text − first send call",
    read: (samples) => tokensOverWall(samples, countedOrBilled, (sample) => stampsOf(sample).lastContent),
  },
  quantile: linearQuantile,
  quantileSays: LINEAR,
};

const guidellm: Rival = {
  id: "guidellm",
  name: "GuideLLM",
  source: "vllm-project/guidellm ee7a7745, 2026-08-07",
  figures: {
    ttft: FROM_CALL_TO_TEXT,
    tpot: {
      says: "(last text − send call) / n, so TTFT is in it",
      read: (sample) => perToken(stampsOf(sample).released, stampsOf(sample).lastContent, billedOrCounted(sample)),
    },
    itl: MEAN_GAP,
    e2e: {
      says: "end of the stream − send call",
      read: (sample) => span(stampsOf(sample).released, stampsOf(sample).end),
    },
  },
  throughput: {
    says: "all tokens over the window of the run",
    read: (samples) => tokensOverWall(samples, billedOrCounted, (sample) => stampsOf(sample).end),
  },
  quantile: (sorted, p) => sorted[nearestRank(sorted.length, p)]!,
  quantileSays: "nearest rank",
};

const inferencePerf: Rival = {
  id: "inference-perf",
  name: "inference-perf",
  source: "kubernetes-sigs/inference-perf 7de5ef2, 2026-08-19",
  figures: {
    ttft: FROM_CALL_TO_TEXT,
    tpot: { ...MEAN_GAP, says: "(last text − first text) / (n − 1)" },
    itl: {
      says: "gaps between tokens, pooled; the tokens of one chunk after its first have 0",
      read: (sample) =>
        gapsOf(sample).flatMap((gap, i) => [gap, ...Array.from({ length: eventTokens(sample, i + 1) - 1 }, () => 0)]),
    },
    e2e: {
      says: "end of the stream − send call",
      read: (sample) => span(stampsOf(sample).released, stampsOf(sample).end),
    },
  },
  throughput: {
    says: "all tokens over the time of the stage",
    read: (samples) => tokensOverWall(samples, billedOrCounted, (sample) => stampsOf(sample).end),
  },
  quantile: linearQuantile,
  quantileSays: LINEAR,
};

const mlperf: Rival = {
  id: "mlperf",
  name: "MLPerf LoadGen",
  source: "mlcommons/inference b66003e1, 2026-08-20, loadgen/",
  figures: {
    ttft: {
      says: "first token − the time that the schedule set",
      read: (sample) => span(stampsOf(sample).scheduled, stampsOf(sample).firstContent),
    },
    tpot: { ...MEAN_GAP, says: "(latency − TTFT) / (n − 1)" },
    itl: null,
    e2e: {
      says: "last token − the time that the schedule set",
      read: (sample) => span(stampsOf(sample).scheduled, stampsOf(sample).lastContent),
    },
  },
  throughput: null,
  quantile: (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!,
  quantileSays: "element floor(n p), counted from 0",
};

/** Other tools whose figures readers bring along, by what their sources say. */
export const RIVALS: readonly Rival[] = [vllm, aiperf, guidellm, inferencePerf, mlperf];

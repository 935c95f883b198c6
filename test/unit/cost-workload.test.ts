import { expect, test } from "vitest";
import { parseWorkload, WORKLOAD_EXAMPLE } from "../../src/scenario/workload.ts";

const PLAIN = { batchShare: 0, cachedShare: 0, maxAttempts: null, peakFactor: 1 };

test.each([
  [
    WORKLOAD_EXAMPLE,
    { requestsPerMonth: 2e6, inputTokens: 1000, outputTokens: 500, batchShare: 0.3, cachedShare: 0.2 },
  ],
  ["500 out, 1k in, 1 request/second", { requestsPerMonth: 730 * 3600, inputTokens: 1000, outputTokens: 500 }],
  [
    "240 requests per day , 2.5K tokens in, 100 output tokens, 3 attempts, peak 2.5x",
    { requestsPerMonth: 7300, inputTokens: 2500, outputTokens: 100, maxAttempts: 3, peakFactor: 2.5 },
  ],
  [
    "0% batch, 100% cached, 1B req/month, 1 in, 1 out",
    { requestsPerMonth: 1e9, inputTokens: 1, outputTokens: 1, cachedShare: 1 },
  ],
])("%s", (text, workload) => {
  expect(parseWorkload(text)).toEqual({ ok: true, workload: { ...PLAIN, ...workload } });
});

test.each([
  ["2M requests/month, 1000 in", 'it lacks "500 out"'],
  ["", 'it lacks "2M requests/month" and "1000 in" and "500 out"'],
  ["2M requests/year, 1000 in, 500 out", '"2m requests/year" is not understood'],
  ["2M requests/month, 1000 in, 500 out, 130% batch", '"130% batch" is out of range'],
  ["2M requests/month, 1000 in, 500 out, 2000 in", '"2000 in" says again what was said before'],
  ["0 requests/month, 1000 in, 500 out", '"0 requests/month" is out of range'],
  ["1 requests/month, 1000 in, 500 out, peak 0.5x", '"peak 0.5x" is out of range'],
  ["1 requests/month, 1000 in, 500 out, 0 attempts", '"0 attempts" is not understood'],
  ["1 requests/month, 1000 in, 500 out, -5% cached", '"-5% cached" is not understood'],
])("%s is refused in one sentence that shows how it is written", (text, what) => {
  expect(parseWorkload(text)).toEqual({ ok: false, problem: `${what}; write it like "${WORKLOAD_EXAMPLE}"` });
});

import type { LedgerRecord } from "../ledger.ts";

const NS_PER_S = 1e9;

/** Histograms of one engine as Prometheus reads them, sum and count alone; they only ever grow. */
export interface Meters {
  add(record: LedgerRecord): void;
  page(): string;
}

/**
 * @param prefix of the names: `vllm`
 * @param roundTripMs of the simulated network, which an engine's own clock does not see
 */
export function openMeters(prefix: string, roundTripMs: number): Meters {
  const seen = new Map<string, { sum: number; count: number }>();
  const note = (name: string, seconds: number, count: number): void => {
    const known = seen.get(name) ?? { sum: 0, count: 0 };
    seen.set(name, { sum: known.sum + seconds, count: known.count + count });
  };
  return {
    add: ({ status, firstContent, lastContent, queueMs, tokens }) => {
      if (status !== 200 || firstContent === null || lastContent === null) return;
      const network = roundTripMs / 1000;
      note("request_queue_time_seconds", (queueMs ?? 0) / 1000, 1);
      note("time_to_first_token_seconds", firstContent / NS_PER_S - network, 1);
      note("e2e_request_latency_seconds", lastContent / NS_PER_S - network, 1);
      if (tokens > 1) note("time_per_output_token_seconds", (lastContent - firstContent) / NS_PER_S, tokens - 1);
    },
    page: () =>
      [...seen]
        .flatMap(([name, { sum, count }]) => [
          `# TYPE ${prefix}:${name} histogram`,
          `${prefix}:${name}_sum{model_name="simulated"} ${sum}`,
          `${prefix}:${name}_count{model_name="simulated"} ${count}`,
        ])
        .concat(`# TYPE ${prefix}:num_requests_running gauge`, `${prefix}:num_requests_running 0`, "")
        .join("\n"),
  };
}

import type { Metric } from "./metric.ts";
import { acceptedRate } from "./metrics/accepted_rate.ts";
import { blend3To1 } from "./metrics/blend_3_to_1.ts";
import { arrivalDispersion } from "./metrics/arrival_dispersion.ts";
import { arrivalKsP } from "./metrics/arrival_ks_p.ts";
import { arrivalRateRatio } from "./metrics/arrival_rate_ratio.ts";
import { cachedShare } from "./metrics/cached_share.ts";
import { clientDelay } from "./metrics/client_delay.ts";
import { coalescedShare } from "./metrics/coalesced_share.ts";
import { connect } from "./metrics/connect.ts";
import { costPer1kGood } from "./metrics/cost_per_1k_good.ts";
import { costPerMtok } from "./metrics/cost_per_mtok.ts";
import { costPerMtokGood } from "./metrics/cost_per_mtok_good.ts";
import { costPerMtokOutput } from "./metrics/cost_per_mtok_output.ts";
import { costPerRequest } from "./metrics/cost_per_request.ts";
import { e2e } from "./metrics/e2e.ts";
import { firstRequest } from "./metrics/first_request.ts";
import { gco2ePer1kOutput } from "./metrics/gco2e_per_1k_output.ts";
import { gatewayCeiling } from "./metrics/gateway_ceiling.ts";
import { gatewayRoundTrip } from "./metrics/gateway_round_trip.ts";
import { goodput } from "./metrics/goodput.ts";
import { goodputShare } from "./metrics/goodput_share.ts";
import { icl } from "./metrics/icl.ts";
import { lag } from "./metrics/lag.ts";
import { latencyFromSchedule } from "./metrics/latency_from_schedule.ts";
import { lengthRatio } from "./metrics/length_ratio.ts";
import { limitOnset } from "./metrics/limit_onset.ts";
import { outputSpeed } from "./metrics/output_speed.ts";
import { outputTokenThroughput } from "./metrics/output_token_throughput.ts";
import { outputTokensPerAnswer } from "./metrics/output_tokens.ts";
import { recovery } from "./metrics/recovery.ts";
import { requestThroughput } from "./metrics/request_throughput.ts";
import { retryAfterKept } from "./metrics/retry_after_kept.ts";
import { rtt } from "./metrics/rtt.ts";
import { signing } from "./metrics/signing.ts";
import { spend } from "./metrics/spend.ts";
import { stall } from "./metrics/stall.ts";
import { successShare } from "./metrics/success_share.ts";
import { timeTo100Tokens } from "./metrics/time_to_100_tokens.ts";
import { tokenRatio } from "./metrics/token_ratio.ts";
import { tokensPerEvent } from "./metrics/tokens_per_event.ts";
import { tokensPerUsd } from "./metrics/tokens_per_usd.ts";
import { tpot } from "./metrics/tpot.ts";
import { ttfb } from "./metrics/ttfb.ts";
import { ttft } from "./metrics/ttft.ts";
import { ttftGap } from "./metrics/ttft_gap.ts";
import { ttftFromSchedule } from "./metrics/ttft_from_schedule.ts";
import { userLatency } from "./metrics/user_latency.ts";

/** Every metric, in the order of every report. A new metric is one file and one line here. */
export const METRICS: readonly Metric[] = [
  ttft,
  ttftFromSchedule,
  ttfb,
  connect,
  rtt,
  ttftGap,
  firstRequest,
  tpot,
  icl,
  stall,
  e2e,
  timeTo100Tokens,
  latencyFromSchedule,
  userLatency,
  lag,
  clientDelay,
  signing,
  arrivalRateRatio,
  arrivalKsP,
  arrivalDispersion,
  outputSpeed,
  outputTokenThroughput,
  requestThroughput,
  goodput,
  goodputShare,
  successShare,
  outputTokensPerAnswer,
  tokensPerEvent,
  coalescedShare,
  lengthRatio,
  tokenRatio,
  cachedShare,
  costPerRequest,
  costPerMtok,
  costPerMtokOutput,
  costPerMtokGood,
  costPer1kGood,
  tokensPerUsd,
  spend,
  blend3To1,
  gco2ePer1kOutput,
  gatewayRoundTrip,
  gatewayCeiling,
  limitOnset,
  acceptedRate,
  retryAfterKept,
  recovery,
];

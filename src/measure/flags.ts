/**
 * Why a figure is empty, or what a reader must know beside it. Each flag of a row or group stands here with its
 * meaning.
 */
export const FLAGS = {
  breaker:
    "the target was stopped after failures in a row that do not mend by themselves; what was held back counts as failed",
  carbon_extrapolated:
    "answers came more than twice as fast as on any calibrated hardware: the estimate is never ranked",
  carbon_not_estimable: "no carbon estimate: explain says what is missing, and what would give one",
  carbon_supplied: "the carbon estimate rests on what the operator or user states of hardware, place or grid",
  client_late: "p99 of the client's own delay is above its limit in this run: see the reasons and warnings",
  clustered: "several values per request, which are not independent: no interval is stated",
  coalesced: "all content of at least one answer came in one read: its pace is unknown and left out",
  connection_reused: "the first request found an open connection, so nothing cold was measured",
  content_after_finish:
    "text of at least one answer came behind its finish reason: it is counted and stretches the answer",
  empty: "at least one answer completed without any text; it counts as a failure",
  end_only:
    "requests were made by a load generator that tells only their end: nothing between release and end has a figure",
  events_missing: "the event stamps of at least one answer are missing",
  first_event_tokens_unknown: "tokens of a first content event unknown, taken as 1",
  insufficient_n: "too few requests for a 95 % interval of this quantile, so the cell is empty",
  length_short: "answers average under 90 % of the asked length: whole-answer latencies do not compare",
  model_differs: "the echoed model differs from the one asked for",
  never_refused: "no request was refused for its rate: the limit, if there is one, is above every rate that was sent",
  needs_sweep: "priced per hour: a cost per token or answer needs the capacity, which a sweep finds",
  no_finish: "at least one answer ended with the terminator and without a finish reason: nobody said why it stopped",
  no_slo: "the scenario sets no service level objective",
  no_terminator: "at least one answer finished without the protocol's terminator",
  no_usage: "at least one answer came without reported usage",
  no_values: "no request has a value",
  other_model:
    "at least one answer named a model that is not the one asked for; it counts as a failure, whatever it said",
  other_tokenizer: "the pinned tokenizer is not the model's own, so nothing can be said of what is billed",
  overbilled: "at least one answer was billed over 2 % and over 2 tokens more than was said",
  price_disputed: "another source states a price that is over 10 % off",
  price_stale: "the price is over 90 days older than the run, or has no date",
  price_unknown: "no price is known, so no cost",
  proxied: "requests went through a proxy, whose time is inside every latency",
  quota_limited:
    "the plan is above a limit of the buyer's account, as was said before sending: refusals tell of the quota",
  refused: "requests were refused for their rate before the connections were the limit: the ceiling is not known",
  rerun: "measured again beside its night, for the reason in the manifest: in no comparison of nights",
  retried: "failed requests were tried again; figures are of first attempts, but for user_latency, cost and carbon",
  revised: "prices or carbon model of this row are not those of the run, but newer ones",
  server_clock_jumpy:
    "the gap between our TTFT and the server's own varies by more than itself: one of the two clocks measures something else",
  server_clock_negative:
    "the server says it had a first token after it had reached us: its figure is not to be believed",
  server_queue_untold: "the server tells its prompt time without its queue: waiting counts into the gap",
  slo_unjudged: "at least one answer could not be judged against a limit and counts as not good",
  spend_uncertain: "failed calls without usage may have been billed: only the upper end counts them",
  tokens_billed: "tokens as billed, since at least one answer could not be counted by its own tokenizer",
  tokens_local: "tokens of at least one answer counted by the pinned tokenizer, since usage was not reported",
  tokens_unknown: "tokens of at least one answer neither reported nor counted",
  usage_implausible:
    "at least one answer reported no output tokens for its text, or over 4 times its limit: they are counted here instead. Its cost stays as billed, but for usage of over 10 million tokens, which no model can have: that is as if none was reported",
  vantage_fault:
    "for at least 2 s no target could be reached from the vantage: what failed then is nobody's failure and in no figure",
  window_short: "steady window under 1 s or under 10 answers",
} as const;

export type Flag = keyof typeof FLAGS;

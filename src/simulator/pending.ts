import { randomUUID } from "node:crypto";
import { readBody } from "./body.ts";
import type { Chat } from "./chat.ts";
import { NS_PER_MS, type Clock } from "./clock.ts";
import { afterRoundTrip, mannerOf, receivedOf, sendJson, type CloudCall } from "./cloud-call.ts";
import type { Family } from "./families/family.ts";
import type { LedgerRecord } from "./ledger.ts";
import type { Scheduler } from "./scheduler.ts";

/** The calls that take several exchanges: what was asked for in the first one waits here for the second. */
export interface Pending {
  /** True for a host whose POST only begins a call. */
  begins(host: string): boolean;
  begin(call: CloudCall, family: Family): Promise<void>;
  /** True for what such a call goes on at. */
  serves(host: string, path: string): boolean;
  answer(call: CloudCall, path: string): Promise<void>;
}

export interface PendingOptions {
  readonly chat: Chat;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ledger: () => readonly LedgerRecord[];
  readonly nowMs: () => number;
}

interface Begun {
  readonly id: string;
  readonly family: Family;
  readonly body: string;
  readonly firstByteNs: number;
  readonly receivedNs: number;
  readonly createdMs: number;
  /** How often the answer, or the record of one that is over, was asked for. */
  polls: number;
  record: LedgerRecord | null;
}

/** Calls that are remembered; the oldest go first. */
const PENDING_MAX = 10_000;
/** Of NVIDIA's answers, the first so many say that it is still busy; of Replicate's, that the record is not written yet. */
const BUSY_POLLS = 1;

const REPLICATE = "api.replicate.com";
const STREAMS = "stream.replicate.com";
const NVIDIA = "integrate.api.nvidia.com";
const NVIDIA_STATUS = "api.nvcf.nvidia.com";
const ID = /^\/(?:v1\/predictions|v1\/streams|v2\/nvcf\/pexec\/status)\/([0-9a-f-]+)$/;

export function openPending(options: PendingOptions): Pending {
  const begun = new Map<string, Begun>();
  return {
    begins: (host) => host === REPLICATE || host === NVIDIA,
    serves: (host, path) => [REPLICATE, STREAMS, NVIDIA_STATUS].includes(host) && ID.test(path),
    begin: (call, family) => begin(call, family, begun, options),
    answer: async (call, path) => {
      const one = begun.get(ID.exec(path)?.[1] ?? "");
      if (one === undefined) sendJson(call.response, 404, { title: "Not found", detail: "There is no such id." });
      else await goOn(call, one, options);
    },
  };
}

async function begin(
  call: CloudCall,
  family: Family,
  begun: Map<string, Begun>,
  options: PendingOptions,
): Promise<void> {
  const body = await readBody(call.request);
  if (body === "aborted") return;
  const one: Begun = {
    id: randomUUID(),
    family,
    body: body === "too-large" ? "" : body.text,
    firstByteNs: call.firstByteNs,
    receivedNs: options.clock.now(),
    createdMs: options.nowMs(),
    polls: 0,
    record: null,
  };
  const received = receivedOf(call.request, one.body);
  if (family.check(received) !== null || !family.read(received).ok) {
    return options.chat.handle(call, mannerOf(family, { ...one, isChecked: false }));
  }
  begun.set(one.id, one);
  const [oldest] = begun.keys();
  if (begun.size > PENDING_MAX && oldest !== undefined) begun.delete(oldest);
  later(call, options, () => {
    if (call.host === NVIDIA) sendBusy(call, one);
    else sendJson(call.response, 201, predictionOf(call, one));
  });
}

/** A further exchange of a call: its answer, or how it stands. */
async function goOn(call: CloudCall, one: Begun, options: PendingOptions): Promise<void> {
  // A stream is on another host, which has no business with the key.
  if (call.host === STREAMS) {
    if (call.request.headers.authorization === undefined) return serve(call, one, options);
    return sendJson(call.response, 400, { title: "Bad request", detail: "A stream must be asked for without a key." });
  }
  const verdict = one.family.check(receivedOf(call.request, ""));
  if (verdict !== null) {
    const { body, headers } = one.family.refuse(verdict);
    return sendJson(call.response, verdict.status, JSON.parse(body) as object, headers);
  }
  if (call.host === REPLICATE) {
    if (one.record !== null) one.polls += 1;
    return later(call, options, () => sendJson(call.response, 200, predictionOf(call, one)));
  }
  one.polls += 1;
  if (one.polls > BUSY_POLLS) return serve(call, one, options);
  later(call, options, () => sendBusy(call, one));
}

/** The answer itself, on the schedule that the first exchange began. */
async function serve(call: CloudCall, one: Begun, { chat, clock, ledger }: PendingOptions): Promise<void> {
  await chat.handle(call, mannerOf(one.family, { ...one, isChecked: true }));
  one.record = ledger().findLast(({ received }) => received === clock.absolute(one.receivedNs)) ?? null;
}

function later(call: CloudCall, { scheduler, clock }: PendingOptions, send: () => void): void {
  scheduler.at(afterRoundTrip(call, clock), send);
}

function sendBusy({ response }: CloudCall, { id }: Begun): void {
  sendJson(response, 202, {}, { "nvcf-reqid": id, "nvcf-status": "pending-evaluation" });
}

/** A prediction as Replicate shows it: when begun, and once it is over. */
function predictionOf(call: CloudCall, { id, createdMs, polls, record }: Begun): object {
  // With the fault that is asked for.
  const base = `http://${call.request.headers.host ?? ""}/${call.path.split("/")[1]}`;
  const at = (ms: number): string => new Date(ms).toISOString();
  const head = {
    id,
    status: record === null ? "starting" : polls <= BUSY_POLLS ? "processing" : "succeeded",
    created_at: at(createdMs),
    // The same machine under its other name: another origin.
    urls: {
      get: `${base}/${REPLICATE}/v1/predictions/${id}`,
      stream: `${base.replace("//127.0.0.1:", "//localhost:")}/${STREAMS}/v1/streams/${id}`,
    },
  };
  if (record === null || polls <= BUSY_POLLS) return head;
  const queueMs = record.queueMs ?? 0;
  const endMs = record.end / NS_PER_MS;
  return {
    ...head,
    started_at: at(createdMs + queueMs),
    completed_at: at(createdMs + endMs),
    metrics: {
      predict_time: (endMs - queueMs) / 1000,
      total_time: endMs / 1000,
      input_token_count: record.promptTokens,
      output_token_count: record.tokens,
    },
  };
}

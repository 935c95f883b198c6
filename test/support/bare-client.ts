import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as secureConnect } from "node:tls";
import type { Scenario } from "../../src/core/scenario.ts";
import { planOf } from "../../src/scenario/plan.ts";
import type { LedgerRecord } from "../../src/simulator/ledger.ts";
import { chatBody } from "./simulator-client.ts";
import type { StampErrors } from "./truth-run.ts";
import type { TruthSimulator } from "./truth-simulator.ts";

/** One answer as a bare socket saw it; moments on the host's monotonic clock, nanoseconds. */
interface BareAnswer {
  readonly promptHash: string;
  readonly sentNs: bigint;
  readonly eventsNs: readonly bigint[];
}

/** As many as the runner opens ahead of a load; the others are opened when they are needed, there as here. */
const OPENED_AHEAD_MAX = 64;
/** What every content event of the simulator holds, and nothing else of its stream. */
const CONTENT = '"content":" ';

/**
 * The same load by as little code as can be: a socket a stream, a stamp first thing in its `data` event, and a search for the
 * text. Nobody on this machine can be much earlier, so what it is late by is the floor that a client is judged by.
 *
 * @param deferMs makes it a careless client, which stamps that much after the read: what the judge has to see
 */
export async function bareRun(of: {
  readonly simulator: TruthSimulator;
  readonly profile: string;
  readonly scenario: Scenario;
  readonly deferMs?: number;
}): Promise<readonly BareAnswer[]> {
  const { scenario } = of;
  const { arrivals } = planOf(scenario);
  const open = (): Promise<Socket> => openSocket(of.simulator);
  const ahead: Socket[] = [];
  while (ahead.length < Math.min(OPENED_AHEAD_MAX, arrivals.length)) ahead.push(await open());
  const answer = async (pair: number): Promise<BareAnswer> => readAnswer(ahead.pop() ?? (await open()), pair, of);
  const answers: Promise<BareAnswer>[] = [];
  if (scenario.load.kind === "open") {
    const startMs = performance.now();
    for (const { pair, dueUs } of arrivals) {
      const leftMs = startMs + Number(dueUs) / 1000 - performance.now();
      if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
      answers.push(answer(pair));
    }
  } else if (scenario.load.kind === "closed" && scenario.load.maxConcurrency >= arrivals.length) {
    answers.push(...arrivals.map(({ pair }) => answer(pair)));
  } else {
    for (const { pair } of arrivals) answers.push(Promise.resolve(await answer(pair)));
  }
  return Promise.all(answers);
}

/** Holds the answers against the ledger of their server. */
export function bareErrors(answers: readonly BareAnswer[], ledger: readonly LedgerRecord[]): readonly StampErrors[] {
  const byPrompt = new Map(ledger.map((truth) => [truth.promptHash, truth]));
  return answers.flatMap(({ promptHash, sentNs, eventsNs }) => {
    const truth = byPrompt.get(promptHash);
    if (truth === undefined) return [];
    const arrivalMs = Number(BigInt(truth.received) - sentNs) / 1e6;
    const eventsMs = eventsNs.map((ns, i) => Number(ns - BigInt(truth.received)) / 1e6 - truth.events[i]! / 1e6);
    const [first, last] = [eventsMs[0] ?? Number.NaN, eventsMs.at(-1) ?? Number.NaN];
    return [{ arrivalMs, eventsMs, ttftMs: arrivalMs + first, e2eMs: arrivalMs + last }];
  });
}

async function openSocket({ origin, ca }: TruthSimulator): Promise<Socket> {
  const { hostname: host, port } = new URL(origin);
  const to = { host, port: Number(port) };
  const socket = ca === null ? connect({ ...to, noDelay: true }) : secureConnect({ ...to, ca });
  await once(socket, ca === null ? "connect" : "secureConnect");
  socket.setNoDelay(true);
  return socket;
}

async function readAnswer(
  socket: Socket,
  pair: number,
  of: { readonly profile: string; readonly scenario: Scenario; readonly deferMs?: number },
): Promise<BareAnswer> {
  const prompt = `bare ${pair}`;
  const body = chatBody({ prompt, maxTokens: of.scenario.prompt.outputTokens });
  const head = `POST /${of.profile}/v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close`;
  const eventsNs: bigint[] = [];
  let rest = "";
  const read = (chunk: string, atNs: bigint): void => {
    rest += chunk;
    for (let at = rest.indexOf(CONTENT); at !== -1; at = rest.indexOf(CONTENT)) {
      eventsNs.push(atNs);
      rest = rest.slice(at + CONTENT.length);
    }
    // Half of what is searched for may come with the next read.
    rest = rest.slice(-CONTENT.length);
  };
  const pending: Promise<void>[] = [];
  socket.on("data", (chunk: Buffer) => {
    const atNs = process.hrtime.bigint();
    const text = chunk.toString("latin1");
    if (of.deferMs === undefined) read(text, atNs);
    else {
      const deferred = new Promise<void>((resolve) => setTimeout(resolve, of.deferMs));
      pending.push(deferred.then(() => read(text, process.hrtime.bigint())));
    }
  });
  const sentNs = process.hrtime.bigint();
  socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await once(socket, "close");
  await Promise.all(pending);
  return { promptHash: createHash("sha256").update(prompt).digest("hex"), sentNs, eventsNs };
}

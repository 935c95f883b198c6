import { DEFAULT_MODEL, type HttpRequest } from "../core/provider.ts";
import type { Contender } from "../run/contender.ts";
import { promptOf } from "../scenario/prompts.ts";
import { writeAtomically } from "../store/atomic.ts";
import { recordingText, type Recording } from "../store/recording.ts";
import { realTime } from "../time/time.ts";
import { exchange } from "../transport/exchange.ts";
import { openPool } from "../transport/pool.ts";
import { contendersOf } from "./contenders.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { makeTarget, UNSET } from "./make-target.ts";
import { openNetwork } from "./network.ts";
import { moneyCap } from "./spend.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

export interface RecordOptions {
  readonly model?: string;
  readonly providersDir?: string;
  readonly out?: string;
  readonly ca?: string;
  readonly maxCost?: number | "none";
}

const TIMEOUTS = { connectMs: 10_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 120_000 };
const SHAPE = { inputTokens: 24, outputTokens: 48, content: "prose", cache: "cold" } as const;

/** Name a person or a session, or change with every answer: no test needs them. */
const LEFT_OUT = /cookie|authorization|api-?key|token$|organization|account|user|project|request-?id|trace|session/i;

/** `herdbench record ID`: the bytes of one live exchange with their moments, as a fixture for the contract tests. */
export async function recordProvider(id: string, options: RecordOptions): Promise<ExitCode> {
  const folder = options.providersDir ?? null;
  const target = await makeTarget(
    { ...UNSET, id, provider: id, model: options.model ?? DEFAULT_MODEL },
    folder,
    process.env,
  );
  // Refuses an unknown price before the first byte; one call of this length stays far below any cap.
  moneyCap(options, null, [target]);
  const network = await openNetwork(options.ca, [target], process.env);
  const [contender] = await contendersOf([target], folder, process.env, network);
  const recording = await recorded(contender!);
  const text = recordingText(recording);
  if (contender!.redact(bodyOf(recording)) !== bodyOf(recording) || contender!.redact(text) !== text) {
    throw new UsageError(
      `${id}: the answer repeats your key, so nothing is written: take that key out of use and tell the seller`,
    );
  }
  const path = options.out ?? `${id}-${recording.recordedAt.slice(0, 10)}.recording.json`;
  await writeAtomically(path, text);
  const bytes = recording.reads.reduce((sum, { base64 }) => sum + Buffer.from(base64, "base64").length, 0);
  process.stdout.write(
    `${path}: HTTP ${recording.response.status}, ${recording.reads.length} reads, ${bytes} bytes, no credentials\n` +
      `next: put it into test/fixtures/${id}/, and set proof and verifiedLive in providers/${id}.json\n`,
  );
  return recording.response.status === 200 && recording.error === null ? EXIT.ok : EXIT.targetFailed;
}

async function recorded({ target, wire, route, authorize, redact }: Contender): Promise<Recording> {
  const time = realTime();
  const prompt = promptOf({
    runId: time.originWall.toISOString(),
    target: target.id,
    scenario: "record",
    pair: 0,
    phase: "measured",
    shape: SHAPE,
    seed: 405,
  });
  const plain = wire.request({
    baseUrl: target.baseUrl,
    endpoint: target.endpoint,
    modelId: target.modelId,
    messages: [{ role: "user", content: prompt.text }],
    maxOutputTokens: SHAPE.outputTokens,
    extraBody: target.extraBody,
    parameters: target.parameters,
  });
  const pool = openPool(new URL(target.baseUrl).origin, { ...route, timeoutMs: TIMEOUTS.connectMs }, time, () => 0);
  const reads: { at: number; base64: string }[] = [];
  let response: Recording["response"] = { status: 0, headers: {} };
  const request: HttpRequest = { ...plain, headers: { ...plain.headers, ...target.headers } };
  const authorized = await authorize(request);
  if (!authorized.ok)
    throw new UsageError(`${target.id}: cannot sign in: ${redact(authorized.failure.detail ?? "refused")}`);
  const { result, control } = exchange(pool.take(), authorized.request, TIMEOUTS, time, {
    onHeaders: (status, headers) => (response = { status, headers: keptHeaders(headers) }),
    onData: (chunk, at) => {
      control.contentSeen();
      reads.push({ at, base64: Buffer.from(chunk).toString("base64") });
    },
  });
  const { sent, error } = await result;
  await pool.close();
  return {
    v: 1,
    provider: target.provider,
    model: target.model,
    origin: target.simulated ? "simulated" : "recorded",
    recordedAt: time.wallAt(sent ?? 0).toISOString(),
    toolVersion: version(),
    request: { ...request, headers: keptHeaders(request.headers) },
    response,
    reads: reads.map(({ at, base64 }) => ({ atMs: (at - (sent ?? 0)) / 1000, base64 })),
    error: error === null ? null : (error.code ?? error.kind),
  };
}

function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !LEFT_OUT.test(name)));
}

function bodyOf({ reads }: Recording): string {
  return Buffer.concat(reads.map(({ base64 }) => Buffer.from(base64, "base64"))).toString("latin1");
}

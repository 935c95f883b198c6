import type { Timeouts } from "../../src/core/run.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { callOnce, type Attempt, type Called } from "../../src/run/call-once.ts";
import { realTime } from "../../src/time/time.ts";
import { pause } from "./wire-server.ts";
import { openPool } from "../../src/transport/pool.ts";
import { DIRECT, type Route } from "../../src/transport/route.ts";

export const LIMITS: Timeouts = { connectMs: 2000, firstContentMs: 2000, idleMs: 2000, totalMs: 5000 };

/** Sends `count` requests over one pool, as the runner would. */
export async function callServer(
  origin: string,
  options: {
    readonly limits?: Partial<Timeouts>;
    readonly count?: number;
    /** All at the same time, instead of one after another. */
    readonly atOnce?: boolean;
    /** The user message of each. */
    readonly prompt?: string;
    readonly signal?: AbortSignal;
    readonly route?: Partial<Route>;
    /** Connections opened ahead. */
    readonly warm?: number;
    /** Between two calls. */
    readonly pauseMs?: number;
    readonly beforeCalls?: () => Promise<void>;
    readonly isPast?: Attempt["isPast"];
  } = {},
): Promise<Called[]> {
  const time = realTime();
  const limits = { ...LIMITS, ...options.limits };
  let connections = 0;
  const pool = openPool(
    origin,
    { ...DIRECT, ...options.route, timeoutMs: limits.connectMs },
    time,
    () => (connections += 1),
  );
  const wire = openaiChat(PLAIN);
  await pool.warm(options.warm ?? 0);
  await options.beforeCalls?.();
  const call = async (pair: number): Promise<Called> => {
    const connection = pool.take();
    const called = await callOnce(
      {
        identity: {
          id: `s:t:${pair}`,
          target: "t",
          scenario: "s",
          load: "closed 1",
          slice: null,
          pair,
          turn: 0,
          attempt: 1,
          phase: "measured",
          request: { inputTokens: 20, maxOutputTokens: 8, bytes: null, promptHash: null },
        },
        scheduledUs: time.now(),
        request: wire.request({
          baseUrl: origin,
          endpoint: "/v1/chat/completions",
          modelId: "m",
          messages: [{ role: "user", content: options.prompt ?? "hi" }],
          parameters: {},
          maxOutputTokens: 8,
          extraBody: {},
        }),
        isModel: (echoed) => echoed === "m",
        reservedUsd: null,
        isPast: options.isPast ?? (() => false),
      },
      connection,
      wire,
      limits,
      time,
      options.signal ?? new AbortController().signal,
    );
    pool.give(connection, called.observation.stamps.sent !== null);
    return called;
  };
  const pairs = Array.from({ length: options.count ?? 1 }, (_, pair) => pair);
  const results: Called[] = options.atOnce === true ? await Promise.all(pairs.map(call)) : [];
  for (const pair of options.atOnce === true ? [] : pairs) {
    results.push(await call(pair));
    await pause(options.pauseMs ?? 0);
  }
  await pool.close();
  return results;
}

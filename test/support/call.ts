import type { Wire } from "../../src/core/provider.ts";
import type { Timeouts } from "../../src/core/run.ts";
import type { SignIn } from "../../src/core/sign-in.ts";
import { openaiChat, PLAIN } from "../../src/protocol/openai-chat.ts";
import { callOnce, type Attempt, type Called } from "../../src/run/call-once.ts";
import { realTime } from "../../src/time/time.ts";
import { pause } from "./wire-server.ts";
import { openPools } from "../../src/transport/pools.ts";
import { UNSIGNED } from "./sign-in.ts";
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
    readonly wire?: Wire;
    /** Of what the call is led on to. */
    readonly authorize?: SignIn["authorize"];
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
  const pools = openPools(origin, (to) =>
    openPool(to, { ...DIRECT, ...options.route, timeoutMs: limits.connectMs }, time, () => (connections += 1)),
  );
  const wire = options.wire ?? openaiChat(PLAIN);
  await pools.home.warm(options.warm ?? 0);
  await options.beforeCalls?.();
  const call = (pair: number): Promise<Called> =>
    callOnce(
      {
        identity: {
          id: `s:t:${pair}`,
          target: "t",
          scenario: "s",
          load: "closed 1",
          slice: null,
          block: 0,
          pair,
          turn: 0,
          attempt: 1,
          phase: "measured",
          request: { inputTokens: 20, maxOutputTokens: 8, bytes: null, promptHash: null, signingUs: null },
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
        authorize: options.authorize ?? UNSIGNED.authorize,
        isModel: (echoed) => echoed === "m",
        reservedUsd: null,
        isPast: options.isPast ?? (() => false),
      },
      pools,
      wire,
      limits,
      time,
      options.signal ?? new AbortController().signal,
    );
  const pairs = Array.from({ length: options.count ?? 1 }, (_, pair) => pair);
  const results: Called[] = options.atOnce === true ? await Promise.all(pairs.map(call)) : [];
  for (const pair of options.atOnce === true ? [] : pairs) {
    results.push(await call(pair));
    await pause(options.pauseMs ?? 0);
  }
  await pools.close();
  return results;
}

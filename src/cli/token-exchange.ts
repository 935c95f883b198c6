import { failure, type Failure } from "../core/failure.ts";
import type { Timeouts } from "../core/run.ts";
import type { SignInTools } from "../core/sign-in.ts";
import { realTime } from "../time/time.ts";
import { openPool } from "../transport/pool.ts";
import type { Route } from "../transport/route.ts";
import { wholeExchange } from "../transport/whole-exchange.ts";
import { UsageError } from "./usage-error.ts";

/** A token service answers within moments, or the requests that wait for it fail. */
const LIMITS: Timeouts = { connectMs: 5000, firstContentMs: 10_000, idleMs: 10_000, totalMs: 10_000 };
const BODY_BYTES_MAX = 1024 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * How sign-ins reach their token services: a connection of its own for each exchange, never one that is measured.
 *
 * @param routeTo proxy and trust for the address of a service
 */
export function tokenExchange(routeTo: (url: URL) => Route): SignInTools["exchange"] {
  const time = realTime();
  return async (request) => {
    const url = new URL(request.url);
    if (url.protocol !== "https:" && !LOOPBACK.test(url.hostname)) {
      return { ok: false, failure: unsent(`${url.origin} is not https: nothing is sent`) };
    }
    const route = routeOrProblem(routeTo, url);
    if (typeof route === "string") return { ok: false, failure: unsent(route) };
    const pool = openPool(url.origin, { ...route, timeoutMs: LIMITS.connectMs }, time, () => 0);
    const exchanged = await wholeExchange(pool, request, LIMITS, BODY_BYTES_MAX, time);
    await pool.close();
    return exchanged;
  };
}

/** A proxy that cannot be used is found out here when the targets themselves need none. */
function routeOrProblem(routeTo: (url: URL) => Route, url: URL): Route | string {
  try {
    return routeTo(url);
  } catch (error) {
    if (error instanceof UsageError) return error.problems.join("; ");
    throw error;
  }
}

function unsent(detail: string): Failure {
  return failure("auth", { where: "sign-in", detail });
}

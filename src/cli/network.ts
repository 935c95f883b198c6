import type { NetworkFacts } from "../core/run.ts";
import type { Target } from "../core/target.ts";
import { DIRECT, type Route } from "../transport/route.ts";
import { redactorOf } from "./credentials.ts";
import { proxyOf } from "./proxies.ts";
import { readTrust } from "./trust.ts";

/** How this machine reaches the targets of a run. */
export interface Network {
  /** By target id. */
  readonly routes: ReadonlyMap<string, Route>;
  /** The way to what is no target, such as a token service. */
  readonly routeTo: (url: URL) => Route;
  readonly facts: NetworkFacts;
  /** Takes the proxies' credentials out of a text. */
  readonly redact: (text: string) => string;
}

/**
 * Finds proxies and trusted certificates in flags and environment. A simulated target is on this host and always reached
 * directly.
 *
 * @throws UsageError when a proxy or a file of certificates cannot be used
 */
export async function openNetwork(
  ca: string | undefined,
  targets: readonly Target[],
  env: NodeJS.ProcessEnv,
): Promise<Network> {
  const live = targets.filter(({ simulated }) => !simulated);
  const isSecure = live.some(({ baseUrl }) => baseUrl.startsWith("https:"));
  // Nothing is read for nothing: a stale variable must not stop a run without TLS.
  const trust = await readTrust(ca, isSecure ? env : { ...env, SSL_CERT_FILE: "" });
  const found = new Map(
    live.flatMap(({ id, baseUrl }) => {
      const proxy = proxyOf(new URL(baseUrl), env);
      return proxy === null ? [] : [[id, proxy] as const];
    }),
  );
  const routes = new Map(
    targets.map(({ id, simulated }) => [
      id,
      simulated ? DIRECT : { proxy: found.get(id)?.proxy ?? null, trust: trust.context },
    ]),
  );
  const secrets = [...found.values()].flatMap((proxy) => proxy.secrets);
  return {
    routes,
    routeTo: (url) => {
      const proxy = proxyOf(url, env);
      secrets.push(...(proxy?.secrets ?? []).filter((secret) => !secrets.includes(secret)));
      return { proxy: proxy?.proxy ?? null, trust: trust.context };
    },
    facts: {
      proxies: Object.fromEntries([...found].map(([id, { proxy }]) => [id, proxy.origin])),
      trusted: isSecure || ca !== undefined ? trust.facts : [],
    },
    redact: redactorOf(() => secrets),
  };
}

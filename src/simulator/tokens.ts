import { randomBytes } from "node:crypto";

/** The tokens that the simulated clouds have handed out. */
export interface Tokens {
  issue(audience: string): { readonly token: string; readonly lifeSeconds: number };
  state(token: string | null, audience: string): "good" | "unknown" | "expired" | "other audience";
  /** How many were handed out for an audience. */
  issued(audience: string): number;
}

/** Tokens that are remembered; the oldest go first, and are then unknown. */
const TOKENS_MAX = 10_000;

export function openTokens(lifeMs: number, nowMs: () => number): Tokens {
  const known = new Map<string, { readonly audience: string; readonly endMs: number }>();
  const counts = new Map<string, number>();
  return {
    issue: (audience) => {
      const token = `simulated.${randomBytes(24).toString("base64url")}`;
      known.set(token, { audience, endMs: nowMs() + lifeMs });
      const [oldest] = known.keys();
      if (known.size > TOKENS_MAX && oldest !== undefined) known.delete(oldest);
      counts.set(audience, (counts.get(audience) ?? 0) + 1);
      return { token, lifeSeconds: lifeMs / 1000 };
    },
    state: (token, audience) => {
      const of = token === null ? undefined : known.get(token);
      if (of === undefined) return "unknown";
      if (of.audience !== audience) return "other audience";
      return nowMs() < of.endMs ? "good" : "expired";
    },
    issued: (audience) => counts.get(audience) ?? 0,
  };
}

import type { Pool } from "./pool.ts";

/** The connections of one target: to its own origin, and to those that a call is led on to. */
export interface Pools {
  /** To the target's own origin. */
  readonly home: Pool;
  readonly homeOrigin: string;
  /** To any origin; null when too many have been asked for: a server that names a new host each time is not followed. */
  at(origin: string): Pool | null;
  close(): Promise<void>;
}

/** Origins beside the target's own. */
const ORIGINS_MAX = 8;

export function openPools(homeOrigin: string, open: (origin: string) => Pool): Pools {
  const home = open(homeOrigin);
  const others = new Map<string, Pool>();
  return {
    home,
    homeOrigin,
    at: (origin) => {
      if (origin === homeOrigin) return home;
      const known = others.get(origin);
      if (known !== undefined || others.size >= ORIGINS_MAX) return known ?? null;
      const fresh = open(origin);
      others.set(origin, fresh);
      return fresh;
    },
    close: async () => {
      await Promise.all([home, ...others.values()].map((pool) => pool.close()));
    },
  };
}

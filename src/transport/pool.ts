import type { Us } from "../core/units.ts";
import type { Time } from "../time/time.ts";
import { openConnection, type Connection } from "./connection.ts";
import type { ConnectOptions, NextId } from "./dial.ts";

/** Connections to one origin, one request at a time each. It never queues: whoever asks gets a connection at once. */
export interface Pool {
  /** Opens connections ahead of the load, without sending a request; gives up at the first that does not open. */
  warm(count: number): Promise<void>;
  /** The connection that has been idle longest, if it has rested, or a new one. */
  take(): Connection;
  /** Back for the next request; a connection that never got its request out is closed instead. */
  give(connection: Connection, usable: boolean): void;
  /**
   * Puts new connections in the place of those that are there, at most 64 of them, idle longest first. One by one and beside
   * the load: an old one is closed when a new one is open, so that no request waits for it.
   */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Idle time before a connection is used again. Some servers close it right after an answer without having said so; a request
 * sent into that close would fail, and look like the provider's fault. By then the close has been seen.
 */
const REST_US = 20_000;

/** Opened one by one: several handshakes at once time each other's callbacks, not the network's round trip. */
const WARM_ALONE = 6;
/** A burst of handshakes would look like an attack. */
const WARM_AT_ONCE = 4;
/** More handshakes beside a load would be felt in it. */
const RENEWED_MAX = 64;

export function openPool(origin: string, options: ConnectOptions, time: Time, nextId: NextId): Pool {
  const idle: { readonly connection: Connection; readonly restedUs: Us }[] = [];
  const all = new Set<Connection>();
  /** Those that are to be replaced, and how many of them have been without being closed yet. */
  const old = new Set<Connection>();
  let replaced = 0;
  let renewing: Promise<void> | null = null;
  const closing = new AbortController();
  const add = (): Connection => {
    const connection = openConnection(origin, options, time, nextId);
    all.add(connection);
    return connection;
  };
  const drop = (connection: Connection): void => {
    all.delete(connection);
    old.delete(connection);
    void connection.close();
  };
  const open = async (count: number, opened: (fresh: readonly Connection[]) => void): Promise<void> => {
    let isOpen = true;
    for (let done = 0; done < count && isOpen && !closing.signal.aborted;) {
      const fresh = Array.from({ length: done < WARM_ALONE ? 1 : Math.min(WARM_AT_ONCE, count - done) }, add);
      const isWarm = await Promise.all(fresh.map((connection) => connection.warm()));
      const warm = fresh.filter((_, i) => isWarm[i]);
      for (const connection of fresh) {
        if (warm.includes(connection)) idle.push({ connection, restedUs: time.now() });
        else drop(connection);
      }
      opened(warm);
      done += fresh.length;
      // A dead target must not keep the others waiting, a time-out for each connection.
      isOpen = warm.length === fresh.length;
    }
  };
  const closeOne = (): void => {
    const at = idle.findIndex(({ connection }) => old.has(connection));
    if (at === -1) replaced += 1;
    else drop(idle.splice(at, 1)[0]!.connection);
  };
  return {
    warm: (count) => open(count, () => undefined),
    renew: async () => {
      if (renewing !== null) return renewing;
      for (const connection of all) old.add(connection);
      renewing = open(Math.min(old.size, RENEWED_MAX), (fresh) => fresh.forEach(closeOne));
      await renewing;
      renewing = null;
    },
    // Longest idle first: a load spreads over all replicas behind sticky connections, not over the luckiest one.
    take: () => {
      const longest = idle[0];
      if (longest === undefined || longest.restedUs > time.now()) return add();
      idle.shift();
      return longest.connection;
    },
    give: (connection, usable) => {
      const isReplaced = old.has(connection) && replaced > 0;
      if (isReplaced) replaced -= 1;
      if (usable && !isReplaced) idle.push({ connection, restedUs: time.now() + REST_US });
      else drop(connection);
    },
    close: async () => {
      closing.abort();
      await Promise.all([...all].map((connection) => connection.close()));
      all.clear();
      idle.length = 0;
    },
  };
}

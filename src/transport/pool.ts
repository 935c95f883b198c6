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

export function openPool(origin: string, options: ConnectOptions, time: Time, nextId: NextId): Pool {
  const idle: { readonly connection: Connection; readonly restedUs: Us }[] = [];
  const all = new Set<Connection>();
  const add = (): Connection => {
    const connection = openConnection(origin, options, time, nextId);
    all.add(connection);
    return connection;
  };
  return {
    warm: async (count) => {
      let isOpen = true;
      for (let opened = 0; opened < count && isOpen;) {
        const fresh = Array.from({ length: opened < WARM_ALONE ? 1 : Math.min(WARM_AT_ONCE, count - opened) }, add);
        // A dead target must not keep the others waiting, a time-out for each connection.
        isOpen = (await Promise.all(fresh.map((connection) => connection.warm()))).every((isWarm) => isWarm);
        idle.push(...fresh.map((connection) => ({ connection, restedUs: time.now() })));
        opened += fresh.length;
      }
    },
    // Longest idle first: a load spreads over all replicas behind sticky connections, not over the luckiest one.
    take: () => {
      const longest = idle[0];
      if (longest === undefined || longest.restedUs > time.now()) return add();
      idle.shift();
      return longest.connection;
    },
    give: (connection, usable) => {
      if (usable) return void idle.push({ connection, restedUs: time.now() + REST_US });
      all.delete(connection);
      void connection.close();
    },
    close: async () => {
      await Promise.all([...all].map((connection) => connection.close()));
      all.clear();
      idle.length = 0;
    },
  };
}

import type { Time } from "../time/time.ts";
import { openConnection, type Connection, type ConnectOptions, type NextId } from "./connection.ts";

/** Connections to one origin, one request at a time each. It never queues: whoever asks gets a connection at once. */
export interface Pool {
  /** Opens connections ahead of the load, without sending a request. */
  warm(count: number): Promise<void>;
  /** The connection that has been idle longest, or a new one. */
  take(): Connection;
  /** Back for the next request; a connection that never got its request out is closed instead. */
  give(connection: Connection, usable: boolean): void;
  close(): Promise<void>;
}

/** A burst of handshakes would be timed late by our own event loop, and look like an attack. */
const WARM_AT_ONCE = 4;

export function openPool(origin: string, options: ConnectOptions, time: Time, nextId: NextId): Pool {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const add = (): Connection => {
    const connection = openConnection(origin, options, time, nextId);
    all.add(connection);
    return connection;
  };
  return {
    warm: async (count) => {
      const fresh = Array.from({ length: count }, add);
      for (let i = 0; i < fresh.length; i += WARM_AT_ONCE) {
        await Promise.all(fresh.slice(i, i + WARM_AT_ONCE).map((connection) => connection.warm()));
      }
      idle.push(...fresh);
    },
    // Longest idle first: a load spreads over all replicas behind sticky connections, not over the luckiest one.
    take: () => idle.shift() ?? add(),
    give: (connection, usable) => {
      if (usable) return void idle.push(connection);
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

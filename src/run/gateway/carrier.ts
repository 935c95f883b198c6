import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { failure, type Failure } from "../../core/failure.ts";
import type { ConnectionRecord } from "../../core/observation.ts";
import { RESPONSE_BYTES_MAX } from "../../protocol/limits.ts";
import { transportFailure, type Stage } from "../../transport/errors.ts";

/** The connection under a client of autocannon. */
export interface Carrier {
  readonly socket: Socket;
  /** With TLS: and its certificate was good. */
  readonly isConnected: boolean;
  readonly isRetired: boolean;
  /** A request leaves on it. */
  used(): void;
  /** The server closes it after this answer: nothing more shall be sent into that. */
  retire(): void;
  /** The answer is over the limit: ends the connection. */
  tooLarge(): void;
  /** For the request that used it last; null when it never opened. */
  record(): ConnectionRecord | null;
}

/**
 * Watches a connection before autocannon does, and holds it to its certificate: autocannon takes any, and would hand the key
 * to whoever answers. An unverified connection is destroyed in the call that ends its handshake, before anything is sent on it.
 *
 * @param onLoss called when it has ended, with what that means for a request that is out on it
 */
export function openCarrier(
  socket: Socket,
  nextConnection: () => number,
  onLoss: (because: (where: Stage) => Failure) => void,
): Carrier {
  const tls = socket instanceof TLSSocket ? socket : null;
  let opened: Pick<ConnectionRecord, "id" | "peer" | "protocol"> | null = null;
  let uses = 0;
  let isTooLarge = false;
  let isRetired = false;

  socket.once(tls === null ? "connect" : "secureConnect", () => {
    if (tls !== null && !tls.authorized) return void tls.destroy(unverified(tls));
    const peer = socket.remoteAddress === undefined ? null : `${socket.remoteAddress}:${socket.remotePort}`;
    const protocol = tls === null ? "http/1.1" : `http/1.1 ${tls.getProtocol() ?? "TLS"}`;
    opened = { id: nextConnection(), peer, protocol };
  });
  socket.prependListener("error", (error: Error) => {
    onLoss((where) => (isTooLarge ? tooLarge() : transportFailure(error, where)));
  });
  socket.prependListener("end", () => {
    onLoss(closed);
    // Autocannon opens the next one now; an error of this one would make it open yet another.
    socket.removeAllListeners("error");
    socket.on("error", () => undefined);
    socket.destroy();
  });
  return {
    socket,
    get isConnected() {
      return opened !== null;
    },
    get isRetired() {
      return isRetired;
    },
    used: () => (uses += 1),
    // With an error, since autocannon replaces only a connection that has one.
    retire: () => {
      isRetired = true;
      socket.destroy(new Error("closed as announced"));
    },
    tooLarge: () => {
      isTooLarge = true;
      socket.destroy(new Error("answer too large"));
    },
    record: () => (opened === null ? null : { ...opened, reused: uses > 1, dns: null, tcp: null, tls: null }),
  };
}

function unverified({ authorizationError }: TLSSocket): Error {
  // A code at run time, whatever the types say.
  const code = String(authorizationError);
  return Object.assign(new Error(`certificate not accepted: ${code}`), { code });
}

function closed(where: Stage): Failure {
  const detail = "the connection was closed before the answer had ended";
  return failure(where === "stream" ? "truncated" : "network", { where, detail });
}

function tooLarge(): Failure {
  return failure("too-large", { where: "stream", detail: `an answer of more than ${RESPONSE_BYTES_MAX} bytes` });
}

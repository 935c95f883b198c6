import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Answer, Step } from "./answer.ts";

/** The connection under one response. */
export interface Wire {
  /** Does all the work for a step and returns the act itself: between the two its moment is noted. */
  ready(step: Step, head: Pick<Answer, "status" | "headers">): () => void;
  /** Bytes that the client has not taken yet. */
  unreadBytes(): number;
  /** Destroys the connection, with what is not taken yet. */
  cut(): void;
}

/** @param reset ends a connection with a TCP RST */
export function openWire(response: ServerResponse, reset: (socket: Socket) => void): Wire {
  // The request's: the response lets go of its socket when it ends.
  const { socket } = response.req;
  const cut = (): void => void socket.destroy();
  return {
    ready: (step, head) => {
      // After what is written: TLS keeps the later of two writes for a moment, and destroying would lose it.
      if (step.act === "cut") return () => void socket.write("", cut);
      if (step.act === "reset") return () => reset(socket);
      // With the head sent and its turn on the connection come, an event is framed here and goes in one piece: node:http
      // makes four of it, which takes a fifth more of the core.
      const framed = response.headersSent && response.chunkedEncoding && response.socket !== null;
      if (!response.headersSent) response.writeHead(head.status ?? 500, head.headers);
      if (step.act !== "end" && framed) {
        const bytes = chunkOf(step.bytes);
        return () => void socket.write(bytes);
      }
      return () => {
        if (step.act === "end") response.end(step.bytes);
        else response.write(step.bytes);
        // node:http corks the socket until the end of the turn, when the writes of other streams have had their time too.
        socket.uncork();
      };
    },
    unreadBytes: () => response.writableLength,
    cut,
  };
}

/** RFC 9112, section 7.1. */
function chunkOf(bytes: string | Buffer): string | Buffer {
  const head = `${Buffer.byteLength(bytes).toString(16)}\r\n`;
  if (typeof bytes === "string") return `${head}${bytes}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from("\r\n")]);
}

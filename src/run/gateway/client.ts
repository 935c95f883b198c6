import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type autocannon from "autocannon";
import { failure, type Failure } from "../../core/failure.ts";
import type { HttpRequest, WholeResponse } from "../../core/provider.ts";
import { RESPONSE_BYTES_MAX } from "../../protocol/limits.ts";
import type { Stage } from "../../transport/errors.ts";
import { openCarrier, type Carrier } from "./carrier.ts";
import { openFlight, type Magazine } from "./flight.ts";

/**
 * What autocannon 9 neither types nor promises. It forgets nothing of a connection that breaks: the half of an answer would be
 * taken for the beginning of the next one, so parser and queue are emptied from here.
 */
interface Inside extends EventEmitter {
  /** Read when it connects. Given from outside, they are copied in depth, which no secure context survives. */
  readonly opts: { tlsOptions: object };
  /** Absent until it begins to connect. */
  readonly conn?: Socket;
  readonly parser: { initialize(type: "RESPONSE"): void };
  readonly pipelinedRequests: { clear(): void };
  readonly reqsMade: number;
  /** It ends when it has made as many. */
  responseMax: number;
}

/**
 * Gives one autocannon client, which is one connection with one request at a time, its requests one by one, and tells what
 * became of each.
 *
 * @param trust certificates that are trusted; null: Node's own
 */
export function watchClient<Round extends { readonly request: HttpRequest }>(
  client: autocannon.Client,
  magazine: Magazine<Round>,
  trust: SecureContext | null,
): { drain(): void } {
  const { timeoutMs } = magazine;
  const inside = client as unknown as Inside;
  if (trust !== null) inside.opts.tlsOptions = { secureContext: trust };
  const flight = openFlight(magazine);
  let carrier: Carrier | null = null;
  let answer: WholeResponse | null = null;
  let isKeptBack = false;

  const lost = (because: Failure | "stopped"): void =>
    flight.land({ connection: carrier?.record() ?? null, response: null, lost: because });
  const stage = (): Stage => (carrier?.isConnected === true ? (flight.hasHeaders ? "stream" : "headers") : "connect");
  const onLoss = (because: (where: Stage) => Failure): void => {
    inside.pipelinedRequests.clear();
    inside.parser.initialize("RESPONSE");
    // Autocannon wrote it to a connection that takes nothing any more: it goes on the next one.
    if (carrier?.isRetired === true && flight.recall()) inside.responseMax += 1;
    lost(because(stage()));
  };
  inside.on("request", () => {
    if (carrier === null || carrier.socket !== inside.conn) {
      // Autocannon gives a connection up without a word only when it was out of time.
      if (carrier !== null) onLoss((where) => timedOut(where, timeoutMs));
      carrier = openCarrier(inside.conn!, magazine.nextConnection, onLoss);
    }
    carrier.used();
    // The first request is made before there is a connection.
    if (isKeptBack) inside.conn?.destroy();
  });
  inside.on("headers", () => flight.answered(0));
  inside.on("body", (chunk: Uint8Array) => {
    if (flight.answered(chunk.length).bytes > RESPONSE_BYTES_MAX) carrier?.tooLarge();
  });
  client.on("response", () => {
    flight.land({ connection: carrier?.record() ?? null, response: answer, lost: null });
    if (/\bclose\b/i.test(answer?.headers["connection"] ?? "")) carrier?.retire();
  });
  inside.on("done", () => lost(flight.outMs() < timeoutMs ? "stopped" : timedOut(stage(), timeoutMs)));
  client.setRequests([
    {
      setupRequest: (defaults) => {
        const request = flight.depart();
        isKeptBack = request === null;
        // What autocannon writes in its place goes nowhere.
        if (isKeptBack) inside.conn?.destroy();
        return request === null ? defaults : { ...defaults, ...partsOf(request) };
      },
      onResponse: (status, body, _context, headers) => {
        answer = { status, headers: lowerCase(headers), body };
      },
    },
  ]);
  return {
    // 0 would be no limit.
    drain: () => void (inside.responseMax = Math.max(1, inside.reqsMade)),
  };
}

function timedOut(where: Stage, timeoutMs: number): Failure {
  const detail = `no whole answer within ${timeoutMs} ms`;
  return failure("timeout", { where: where === "connect" ? "connect" : "total", detail });
}

function partsOf({ url, method, headers, body }: HttpRequest): autocannon.Request {
  const { pathname, search } = new URL(url);
  return { method, path: pathname + search, headers: { ...headers }, body: body ?? undefined };
}

function lowerCase(headers: autocannon.Request["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(", ")]],
    ),
  );
}

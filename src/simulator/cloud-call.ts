import type { IncomingMessage, ServerResponse } from "node:http";
import { invalid, plainError, type Call, type Manner } from "./chat.ts";
import type { Received, Refusal } from "./checks/check.ts";
import { NS_PER_MS, type Clock } from "./clock.ts";
import { translated, type Family } from "./families/family.ts";

/** A request to a host of the clouds: `/<profile>/<host><path>` stands for `https://<host><path>`. */
export interface CloudCall extends Call {
  readonly host: string;
  /** Path below the host. */
  readonly below: string;
}

/** @param begun what the first exchange of the call brought, which has been checked then */
export function mannerOf(
  family: Family,
  begun: (NonNullable<Manner["begun"]> & { readonly isChecked: boolean }) | null,
): Manner {
  return {
    begun,
    judge: ({ request }, body) => {
      const received = receivedOf(request, body);
      const parsed = family.read(received);
      const verdict = begun?.isChecked === true ? null : family.check(received);
      if (verdict !== null) return { request: parsed.ok ? parsed.request : null, refusal: refusalOf(verdict) };
      if (!parsed.ok) return { request: null, refusal: invalid(parsed.problems) };
      return { request: parsed.request, refusal: null };
    },
    translate: (answer, request) => {
      const said = translated(answer, family, request);
      // None of them is known to say when to come again.
      const { "retry-after": _general, ...headers } = said.headers;
      return { ...said, headers };
    },
  };
}

function refusalOf({ status, code, message }: Refusal): ReturnType<typeof plainError> {
  return plainError(status, { message, type: "invalid_request_error", code });
}

/** A request with its body, headers as one text each. */
export function receivedOf(request: IncomingMessage, body: string): Received {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : value] as const],
  );
  return { method: request.method ?? "", target: request.url ?? "", headers: Object.fromEntries(headers), body };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** The moment after the round trip of a profile. */
export function afterRoundTrip({ profile }: Call, clock: Clock): number {
  return clock.now() + profile.roundTripMs * NS_PER_MS;
}

import type { Failure } from "../../core/failure.ts";
import type { ConnectionRecord } from "../../core/observation.ts";
import type { HttpRequest, WholeResponse } from "../../core/provider.ts";
import { msFromUs, type Us } from "../../core/units.ts";
import type { Time } from "../../time/time.ts";

/** What became of one request. Between release and end autocannon tells no moment. */
export interface Shot {
  /** Handed to autocannon, which writes it at once; the first of a connection waits for that to open. */
  readonly releasedUs: Us;
  /** Autocannon told of the whole response, or of its loss. */
  readonly endUs: Us;
  readonly connection: ConnectionRecord | null;
  readonly response: WholeResponse | null;
  /** Why there is no response: a failure, or an end of our own making; null when there is one. */
  readonly lost: Failure | "stopped" | null;
}

/** Where a client gets its requests, and who hears of them. */
export interface Magazine<Round extends { readonly request: HttpRequest }> {
  /** The next request, which leaves now. A throw keeps it back. */
  next(): Round;
  ended(round: Round, shot: Shot): void;
  /** What `next` or `ended` threw: the run cannot go on. */
  failed(error: unknown): void;
  /** Gives a new connection its number. */
  readonly nextConnection: () => number;
  readonly timeoutMs: number;
  readonly time: Time;
}

/** The one request that a client may have out. */
export interface Flight {
  /** The next request, which is out from now on; null when it must not leave. */
  depart(): HttpRequest | null;
  /** Ends the one that is out, if any. */
  land(of: Pick<Shot, "connection" | "response" | "lost">): void;
  /** It never left after all, and will be the next one. False when none is out. */
  recall(): boolean;
  /** Its headers have come, and so many bytes of its body in all. */
  answered(bytes: number): { readonly bytes: number };
  readonly hasHeaders: boolean;
  /** Since it left; 0 when none is out. */
  outMs(): number;
}

export function openFlight<Round extends { readonly request: HttpRequest }>(magazine: Magazine<Round>): Flight {
  const { time } = magazine;
  let open: { readonly round: Round; readonly releasedUs: Us } | null = null;
  let again: Round | null = null;
  let answerBytes: number | null = null;

  const guarded = <T>(act: () => T): T | null => {
    try {
      return act();
    } catch (error) {
      magazine.failed(error);
      return null;
    }
  };
  return {
    depart: () => {
      const round = again ?? guarded(magazine.next);
      again = null;
      answerBytes = null;
      open = round === null ? null : { round, releasedUs: time.now() };
      return round?.request ?? null;
    },
    land: (of) => {
      if (open === null) return;
      const { round, releasedUs } = open;
      open = null;
      guarded(() => magazine.ended(round, { ...of, releasedUs, endUs: time.now() }));
    },
    recall: () => {
      if (open === null) return false;
      again = open.round;
      open = null;
      return true;
    },
    answered: (bytes) => ({ bytes: (answerBytes = (answerBytes ?? 0) + bytes) }),
    get hasHeaders() {
      return answerBytes !== null;
    },
    outMs: () => (open === null ? 0 : msFromUs(time.now() - open.releasedUs)),
  };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Chat } from "../chat.ts";
import { FAULT_NAMES, TIMED_FAULTS, type Fault, type FaultName } from "../fault.ts";
import type { LedgerRecord } from "../ledger.ts";
import { modelList } from "../openai.ts";
import { PROFILES, type Profile, type Profiles } from "../profile.ts";
import { randomOf } from "../random.ts";
import type { Dialect, Dialects } from "./dialect.ts";
import { errorObject } from "./errors.ts";
import { mannerOf } from "./manner.ts";
import { openMeters, type Meters } from "./metrics.ts";

/** The sellers and engines whose dialects were given at the start, under `/provider/<name>[@<fault>]/…`. */
export interface Sellers {
  /** Their characters, to be queued and drawn like any other. */
  readonly profiles: Profiles;
  /** False when the path is none of theirs. */
  handle(chat: Chat, exchange: { request: IncomingMessage; response: ServerResponse; firstByteNs: number }): boolean;
  /** Takes note of an ended request. */
  add(record: LedgerRecord): void;
}

interface Seller {
  readonly dialect: Dialect;
  readonly profileName: string;
  readonly profile: Profile;
  readonly meters: Meters;
}

/** After `@` a fault that befalls every request: what a client does then can be tried without waiting for luck. */
const ROUTE = /^\/provider\/([a-z0-9.-]+)(?:@([a-z0-9-]+))?(\/[^?]*)/;
const FAULT_MS = 1000;

export function openSellers(dialects: Dialects, seed: number): Sellers {
  const sellers = new Map(Object.entries(dialects).map(([name, dialect]) => [name, sellerOf(name, dialect, seed)]));
  const byProfile = new Map([...sellers.values()].map((seller) => [seller.profileName, seller]));
  return {
    profiles: Object.fromEntries([...byProfile].map(([name, { profile }]) => [name, profile])),
    handle: (chat, { request, response, firstByteNs }) => {
      const [, name = "", faultName, path = ""] = ROUTE.exec(request.url ?? "") ?? [];
      const seller = sellers.get(name);
      const faults = faultName === undefined ? [] : faultsNamed(faultName);
      if (seller === undefined || faults === null) return false;
      const { dialect, profileName, profile, meters } = seller;
      const { paths } = dialect;
      const route = `${request.method} ${path}`;
      if (route === `POST ${paths.chat}`) {
        const call = { request, response, path, profileName, profile: { ...profile, faults }, firstByteNs };
        void chat.handle(call, mannerOf(dialect));
      } else if (route === `GET ${paths.models}`) sendModels(dialect, request, response);
      else if (paths.metrics !== null && route === `GET ${paths.metrics}`) {
        send(response, 200, "text/plain; version=0.0.4", meters.page());
      } else {
        const refusal = { status: 404, code: "not_found", message: `Nothing is at ${route}.` };
        send(response, 404, "application/json", JSON.stringify(errorObject(dialect.errors, refusal)));
      }
      return true;
    },
    add: (record) => byProfile.get(record.profile)?.meters.add(record),
  };
}

const USAGE = {
  asked: "on-request",
  default: "finish-chunk",
  "every-chunk": "every-chunk",
  never: "never",
} as const satisfies Record<Dialect["usage"], Profile["usage"]>;

/** Each a little different, so that a comparison has something to compare; the same for the same seed. */
function sellerOf(name: string, dialect: Dialect, seed: number): Seller {
  const draw = randomOf(seed, "seller", name);
  const fast = PROFILES["sim-fast"];
  const profile: Profile = {
    ...fast,
    ttft: { ...fast.ttft, baseMs: 40 + 120 * draw.uniform() },
    interEvent: { ...fast.interEvent, meanMs: 4 + 8 * draw.uniform() },
    usage: USAGE[dialect.usage],
  };
  return { dialect, profileName: `provider.${name}`, profile, meters: openMeters(name, profile.roundTripMs) };
}

/** The fault of that name, for every request; null for a name that is no fault. */
export function faultsNamed(name: string): readonly Fault[] | null {
  if (!(FAULT_NAMES as readonly string[]).includes(name)) return null;
  const fault = name as FaultName;
  return (TIMED_FAULTS as readonly FaultName[]).includes(fault)
    ? [{ name: fault as (typeof TIMED_FAULTS)[number], share: 1, ms: FAULT_MS }]
    : [{ name: fault as Exclude<FaultName, (typeof TIMED_FAULTS)[number]>, share: 1 }];
}

function sendModels({ key, models, errors }: Dialect, request: IncomingMessage, response: ServerResponse): void {
  if (key === null || request.headers[key.header] === key.value) {
    send(response, 200, "application/json", modelList(models));
    return;
  }
  const refusal = { status: 401, code: "invalid_api_key", message: "The key is missing or wrong." };
  send(response, 401, "application/json", JSON.stringify(errorObject(errors, refusal)));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

import { readBody } from "./body.ts";
import type { Chat } from "./chat.ts";
import type { Clock } from "./clock.ts";
import { mannerOf, receivedOf, sendJson, type CloudCall } from "./cloud-call.ts";
import { faultsNamed } from "./dialects/sellers.ts";
import { familyAt, type FamilyContext } from "./families/host.ts";
import type { LedgerRecord } from "./ledger.ts";
import { CLOUD_IDS, keyPairs, planted, type Planted } from "./planted.ts";
import { openPending } from "./pending.ts";
import { PROFILES, type Profile, type Profiles } from "./profile.ts";
import { randomOf } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import { tokenEndpoint } from "./token-endpoints.ts";
import { openTokens } from "./tokens.ts";

/** What tests set of the clouds. */
export interface CloudOptions {
  /** How far the clouds' clock is ahead of this host's. */
  readonly skewMs: number;
  readonly tokenLifeMs: number;
  /** Time after which the planted AWS session is over, from the start of the simulator. */
  readonly sessionLifeMs: number;
}

const CLOUD_OPTIONS: CloudOptions = { skewMs: 0, tokenLifeMs: 3_600_000, sessionLifeMs: Infinity };

/** The clouds' APIs and their token services, with planted accounts, under `/<profile>[@<fault>]/<host>/…`. */
export interface Clouds {
  /** False when the path is none of theirs. */
  handle(exchange: Pick<CloudCall, "request" | "response" | "firstByteNs">): boolean;
  /** @param base of a profile: `http://127.0.0.1:41234/sim-fast` */
  planted(base: string): Planted;
  /** How many tokens were handed out for an audience. */
  issued(audience: string): number;
}

/** A host of the clouds has a dot in its name, or is this one. */
const ROUTE = /^\/([a-z0-9.-]+)(?:@([a-z0-9-]+))?\/((?:[a-z0-9-]+\.)+[a-z]+|localhost)(\/.*)$/;

/** A character for each provider that is played here, named after it: each a little different, the same for the same seed. */
export function cloudProfiles(seed: number): Profiles {
  const fast = PROFILES["sim-fast"];
  return Object.fromEntries(
    CLOUD_IDS.map((id) => {
      const draw = randomOf(seed, "cloud", id);
      const profile: Profile = {
        ...fast,
        ttft: { ...fast.ttft, baseMs: 40 + 120 * draw.uniform() },
        interEvent: { ...fast.interEvent, meanMs: 4 + 8 * draw.uniform() },
      };
      return [`cloud.${id}`, profile];
    }),
  );
}

export function openClouds(
  of: {
    readonly chat: Chat;
    readonly profiles: Profiles;
    readonly clock: Clock;
    readonly scheduler: Scheduler;
    readonly ledger: () => readonly LedgerRecord[];
  },
  changed: Partial<CloudOptions> = {},
): Clouds {
  const options = { ...CLOUD_OPTIONS, ...changed };
  const startMs = Date.now();
  const nowMs = (): number => Date.now() + options.skewMs;
  const tokens = openTokens(options.tokenLifeMs, nowMs);
  const pairs = keyPairs();
  const isSessionOver = (): boolean => Date.now() - startMs >= options.sessionLifeMs;
  const context: FamilyContext = { tokens, pairs, nowMs, isSessionOver };
  const pending = openPending({ ...of, nowMs });
  const tokenReply = async (
    call: CloudCall,
    endpoint: NonNullable<ReturnType<typeof tokenEndpoint>>,
  ): Promise<void> => {
    const body = await readBody(call.request);
    if (typeof body === "string") return sendJson(call.response, 400, { error: "invalid_request" });
    const received = receivedOf(call.request, body.text);
    const url = `http://${call.request.headers.host ?? ""}${received.target}`;
    const google = (): typeof pairs.google.publicKey => pairs.google.publicKey;
    const reply = endpoint(new URLSearchParams(body.text), received, { tokens, nowMs, googleKey: google, url });
    sendJson(call.response, reply.status, reply.body);
  };
  const serve = async (call: CloudCall): Promise<void> => {
    const { host, below, request, response } = call;
    response.setHeader("date", new Date(nowMs()).toUTCString());
    const [path = ""] = below.split("?");
    const endpoint = request.method === "POST" ? tokenEndpoint(host, path) : null;
    if (endpoint !== null) return tokenReply(call, endpoint);
    if (request.method === "GET" && pending.serves(host, path)) return pending.answer(call, path);
    const family = request.method === "POST" ? familyAt(host, path, context) : null;
    if (family === null) return sendJson(response, 404, { message: `Nothing is at ${request.method} ${host}${path}.` });
    if (pending.begins(host)) return pending.begin(call, family);
    return of.chat.handle(call, mannerOf(family, null));
  };
  return {
    planted: (base) => planted(pairs, base),
    issued: tokens.issued,
    handle: ({ request, response, firstByteNs }) => {
      const [path = "", profileName = "", fault, host = "", below = ""] = ROUTE.exec(request.url ?? "") ?? [];
      const character = Object.hasOwn(of.profiles, profileName) ? of.profiles[profileName] : undefined;
      const faults = fault === undefined ? character?.faults : faultsNamed(fault);
      if (character === undefined || faults === undefined || faults === null) return false;
      const profile = { ...character, faults };
      const [bare = ""] = path.split("?");
      void serve({ request, response, path: bare, profileName, profile, firstByteNs, host, below });
      return true;
    },
  };
}

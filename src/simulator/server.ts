import type { RequestListener, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { makeCertificate, type CertificateFaults } from "./certificate.ts";
import { RATE_LIMITED, UNAUTHORIZED } from "./answer.ts";
import { isAuthorized, openChat, type Chat } from "./chat.ts";
import { NS_PER_MS, startClock, type Clock } from "./clock.ts";
import { cloudProfiles, openClouds, type CloudOptions, type Clouds } from "./clouds.ts";
import type { Dialects } from "./dialects/dialect.ts";
import { openSellers, type Sellers } from "./dialects/sellers.ts";
import { createHttpServer } from "./http-server.ts";
import { openLedger, type LedgerRecord } from "./ledger.ts";
import { openLimiter, type Limiter } from "./limiter.ts";
import { errorBody, modelList } from "./openai.ts";
import { PROFILES, type Profiles } from "./profile.ts";
import { startScheduler, type Scheduler } from "./scheduler.ts";
import { openLateness, type SimulatorStats } from "./stats.ts";

export interface SimulatorOptions {
  readonly seed: number;
  /** Address to listen on; loopback when absent. */
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Beside the built-in ones, or in their place where names are equal. What a user wrote goes through `parseProfiles`. */
  readonly profiles?: Profiles;
  /** NDJSON file that the ledger is appended to. */
  readonly ledger?: string;
  /** Sellers and engines to stand in for, by name: `/provider/<name>` is then their base. Checked by `parseDialects`. */
  readonly dialects?: Dialects;
  /** HTTPS with a certificate made at the start, in order or with something wrong; plain HTTP when absent. */
  readonly tls?: true | CertificateFaults;
  /** What is out of the ordinary at the clouds. */
  readonly clouds?: Partial<CloudOptions>;
}

export interface Simulator {
  /** `http://127.0.0.1:41234`, `https:` with TLS; the base URL of a profile is this with `/<profile>/v1`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** PEM of the authority that a client has to trust; null without TLS. */
  readonly ca: string | null;
  /** Ended chat requests, oldest first; at most the newest `LEDGER_RECORDS_MAX`. */
  ledger(): readonly LedgerRecord[];
  stats(): SimulatorStats;
  /** How many tokens the clouds' token services have handed out for an audience. */
  tokensIssued(audience: string): number;
  /** Cuts what is in flight and flushes the ledger. Rejects when its file is incomplete. Harmless when repeated. */
  close(): Promise<void>;
}

/** Connections that the system may hold before they are accepted: a burst of several hundred clients is not refused. */
const BACKLOG = 2048;
/** What `models` lists. Any other name is answered as well. */
const MODEL_ID = "llama-3.1-405b-instruct";
const PROFILE_ROUTE = /^(?:GET \/([^/]+)\/v1\/models|POST \/([^/]+)\/v1\/chat\/completions)$/;

/**
 * Starts a server with known timing that speaks the OpenAI chat completions protocol.
 *
 * @throws when the address is taken or the ledger's file cannot be opened
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const profiles: Profiles = { ...PROFILES, ...cloudProfiles(options.seed), ...options.profiles };
  const sellers = openSellers(options.dialects ?? {}, options.seed);
  const ledger = await openLedger(options.ledger ?? null);
  const add = (record: LedgerRecord): void => {
    ledger.add(record);
    sellers.add(record);
  };
  const clock = startClock();
  const scheduler = startScheduler(clock);
  const lateness = openLateness();
  const limiter = openLimiter();
  const { tls } = options;
  const certificate = tls === undefined ? null : makeCertificate(Date.now(), tls === true ? {} : tls);
  const { server, reset, cutAll } = createHttpServer(certificate);
  const chat = openChat({
    seed: options.seed,
    profiles: { ...profiles, ...sellers.profiles },
    clock,
    scheduler,
    ledger: { ...ledger, add },
    limiter,
    lateness,
    reset,
  });
  const clouds = openClouds({ chat, profiles, clock, scheduler, ledger: ledger.records }, options.clouds);
  const stats = (): SimulatorStats => ({
    ...chat.counts(),
    lateness: lateness.read(),
    ledgerError: ledger.fileError()?.message ?? null,
  });
  const site = {
    seed: options.seed,
    profiles,
    sellers,
    clouds,
    clock,
    scheduler,
    limiter,
    chat,
    stats,
    ledger: ledger.records,
  };
  server.on("request", listenerOf(site));
  const host = options.host ?? "127.0.0.1";
  const port = await listen(server, host, options.port ?? 0).catch(async (error: unknown) => {
    await ledger.close();
    throw error;
  });
  const close = async (): Promise<void> => {
    const drained = once(server, "close");
    chat.close();
    scheduler.stop();
    server.close();
    cutAll();
    await drained;
    await ledger.close();
  };
  let closed: Promise<void> | null = null;
  return {
    url: `${certificate === null ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    host,
    port,
    ca: certificate?.ca ?? null,
    ledger: ledger.records,
    stats,
    tokensIssued: clouds.issued,
    close: () => (closed ??= close()),
  };
}

/** The port that it listens on. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port, backlog: BACKLOG });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

interface Site {
  readonly seed: number;
  readonly profiles: Profiles;
  readonly sellers: Sellers;
  readonly clouds: Clouds;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly limiter: Limiter;
  readonly chat: Chat;
  readonly stats: () => SimulatorStats;
  readonly ledger: () => readonly LedgerRecord[];
}

function listenerOf(site: Site): RequestListener {
  return (request, response) => {
    // The body of a request that nobody reads would block its connection; whoever reads it listens within this call.
    request.resume();
    // A client that is gone: its `close` says so too.
    response.on("error", () => undefined);
    const firstByteNs = site.clock.now();
    if (site.sellers.handle(site.chat, { request, response, firstByteNs })) return;
    if (site.clouds.handle({ request, response, firstByteNs })) return;
    const [path = "", query] = (request.url ?? "").split("?", 2);
    const route = `${request.method} ${path}`;
    const [, modelsOf, chatOf] = PROFILE_ROUTE.exec(route) ?? [];
    const profileName = modelsOf ?? chatOf;
    if (profileName === undefined) {
      sendOther(site, route, new URLSearchParams(query), response);
      return;
    }
    const profile = Object.hasOwn(site.profiles, profileName) ? site.profiles[profileName] : undefined;
    if (profile === undefined) {
      sendNoProfile(site, profileName, response);
    } else if (modelsOf !== undefined) {
      const send = (): void => {
        if (!isAuthorized(request, profile)) return sendJson(response, 401, errorBody(UNAUTHORIZED));
        const refusal = site.limiter.ask(profileName, profile.rateLimit, firstByteNs);
        if (refusal !== null) return sendJson(response, 429, errorBody(RATE_LIMITED), refusal);
        return sendJson(response, 200, modelList([MODEL_ID]));
      };
      site.scheduler.at(firstByteNs + profile.roundTripMs * NS_PER_MS, send);
    } else {
      void site.chat.handle({ request, response, path, profileName, profile, firstByteNs });
    }
  };
}

/** The routes of the server itself. */
function sendOther(site: Site, route: string, query: URLSearchParams, response: ServerResponse): void {
  switch (route) {
    case "GET /healthz":
      sendJson(response, 200, JSON.stringify({ status: "ok", seed: site.seed }));
      break;
    case "GET /stats":
      sendJson(response, 200, JSON.stringify(site.stats()));
      break;
    case "GET /planted": {
      const base = `http://${response.req.headers.host ?? ""}/${query.get("profile") ?? "sim-fast"}`;
      sendJson(response, 200, JSON.stringify(site.clouds.planted(base)));
      break;
    }
    case "GET /ledger":
      sendLedger(site, query.get("profile"), response);
      break;
    default:
      sendJson(
        response,
        404,
        errorBody({ message: `Nothing is at ${route}.`, type: "invalid_request_error", code: "not_found" }),
      );
  }
}

/** @param profileName whose records alone; null for all */
function sendLedger(site: Site, profileName: string | null, response: ServerResponse): void {
  if (profileName !== null && !Object.hasOwn(site.profiles, profileName)) {
    sendNoProfile(site, profileName, response);
    return;
  }
  const records = site.ledger().filter((record) => profileName === null || record.profile === profileName);
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.end(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

function sendNoProfile(site: Site, profileName: string, response: ServerResponse): void {
  const message = `There is no profile ${profileName}; there are ${Object.keys(site.profiles).join(", ")}.`;
  sendJson(response, 404, errorBody({ message, type: "invalid_request_error", code: "model_not_found" }));
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...headers, "content-type": "application/json" });
  response.end(body);
}

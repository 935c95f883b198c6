import { createHash } from "node:crypto";
import { bearerOf, type Received, type Verdict } from "../checks/check.ts";
import { isCurrent, verifiedClaims } from "../checks/jwt.ts";
import { ACCOUNTS, ociFingerprint, type KeyPairs } from "../planted.ts";
import { AUDIENCES } from "../token-endpoints.ts";
import type { Tokens } from "../tokens.ts";
import { bedrock } from "./bedrock.ts";
import type { Family } from "./family.ts";
import { oci } from "./oci.ts";
import { ollama } from "./ollama.ts";
import { ERRORS, openaiCloud } from "./openai-cloud.ts";
import { replicate } from "./replicate.ts";
import { watsonx } from "./watsonx.ts";

/** What the families share. */
export interface FamilyContext {
  readonly tokens: Tokens;
  readonly pairs: KeyPairs;
  /** Wall clock, which may be skewed on purpose. */
  readonly nowMs: () => number;
  readonly isSessionOver: () => boolean;
}

const BEDROCK = /^bedrock-runtime\.([a-z0-9-]+)\.amazonaws\.com$/;
const BEDROCK_PATH = /^\/model\/([^/]+)\/(converse-stream|invoke-with-response-stream)$/;
const VERTEX = /^([a-z0-9-]+)-aiplatform\.googleapis\.com$/;
const PREDICTIONS = /^\/v1\/models\/([^/]+\/[^/]+)\/predictions$/;

/** The family that answers a POST at a host of the clouds; null when nothing is there. */
export function familyAt(host: string, path: string, context: FamilyContext): Family | null {
  const [, region] = BEDROCK.exec(host) ?? [];
  const [, model, api] = BEDROCK_PATH.exec(path) ?? [];
  if (
    region !== undefined &&
    model !== undefined &&
    (api === "converse-stream" || api === "invoke-with-response-stream")
  ) {
    const { nowMs, isSessionOver } = context;
    return bedrock({ api, modelId: decodeURIComponent(model), region, nowMs, isSessionOver });
  }
  const [, place] = VERTEX.exec(host) ?? [];
  if (place !== undefined) return vertex(place, path, context);
  if (/^[a-z0-9-]+\.ml\.cloud\.ibm\.com$/.test(host) && path === "/ml/v1/text/chat_stream") {
    return watsonx((received) =>
      tokenVerdict(received, context.tokens, AUDIENCES.ibm, "authentication_token_not_valid"),
    );
  }
  if (/^inference\.generativeai\.[a-z0-9-]+\.oci\.oraclecloud\.com$/.test(host) && path === "/20231130/actions/chat") {
    return oci({ key: () => ociKey(context.pairs), nowMs: context.nowMs });
  }
  return openaiFamily(host, path, context) ?? plainFamily(host, path, context);
}

function openaiFamily(host: string, path: string, context: FamilyContext): Family | null {
  if (host.endsWith(".snowflakecomputing.com") && path === "/api/v2/cortex/v1/chat/completions") {
    return openaiCloud((received) => snowflakeVerdict(received, context), {
      refuse: ERRORS.snowflake,
      alwaysUsage: false,
    });
  }
  if (host === ACCOUNTS.databricks.host && path === "/serving-endpoints/chat/completions") {
    const check = (received: Received): Verdict =>
      bearerOf(received) === ACCOUNTS.databricks.accessToken
        ? null
        : tokenVerdict(received, context.tokens, AUDIENCES.databricks, "401");
    return openaiCloud(check, { refuse: ERRORS.databricks, alwaysUsage: true });
  }
  if (host.endsWith(".models.ai.azure.com") && path === "/v1/chat/completions") {
    const check = (received: Received): Verdict =>
      bearerOf(received) === ACCOUNTS.azureKey
        ? null
        : tokenVerdict(received, context.tokens, AUDIENCES.azure, "unauthorized");
    return openaiCloud(check, { refuse: ERRORS.openai, alwaysUsage: false });
  }
  return null;
}

function plainFamily(host: string, path: string, context: FamilyContext): Family | null {
  if (host === "localhost" && path === "/api/chat") return ollama(context.nowMs);
  if (host === "integrate.api.nvidia.com" && path === "/v1/chat/completions") return nvidia();
  const [, model] = host === "api.replicate.com" ? (PREDICTIONS.exec(path) ?? []) : [];
  return model === undefined ? null : replicate(model);
}

/** NVIDIA's catalogue, whose answers have to be asked for twice. */
export function nvidia(): Family {
  const check = (received: Received): Verdict =>
    bearerOf(received) === ACCOUNTS.nvidiaKey
      ? null
      : { status: 401, code: "unauthorized", message: "Authentication failed" };
  return openaiCloud(check, { refuse: ERRORS.openai, alwaysUsage: false });
}

function vertex(region: string, path: string, { tokens }: FamilyContext): Family | null {
  const place = `/v1/projects/${ACCOUNTS.google.project}/locations/${region}`;
  if (path !== `${place}/endpoints/openapi/chat/completions`) return null;
  return openaiCloud((received) => tokenVerdict(received, tokens, AUDIENCES.google, "UNAUTHENTICATED"), {
    refuse: ERRORS.google,
    alwaysUsage: false,
  });
}

function tokenVerdict(received: Received, tokens: Tokens, audience: string, code: string): Verdict {
  const state = tokens.state(bearerOf(received), audience);
  return state === "good" ? null : { status: 401, code, message: `The access token is not accepted: ${state}.` };
}

function ociKey({ oci: pair }: KeyPairs) {
  const { tenancy, user } = ACCOUNTS.oci;
  return { publicKey: pair.publicKey, keyId: `${tenancy}/${user}/${ociFingerprint(pair)}` };
}

/** A programmatic access token, or a token signed with the user's key: as the header says. */
function snowflakeVerdict(received: Received, { pairs, nowMs }: FamilyContext): Verdict {
  const { account, user, accessToken } = ACCOUNTS.snowflake;
  const token = bearerOf(received) ?? "";
  switch (received.headers["x-snowflake-authorization-token-type"]) {
    case "PROGRAMMATIC_ACCESS_TOKEN":
      return token === accessToken ? null : { status: 401, code: "390303", message: "Invalid OAuth access token" };
    case "KEYPAIR_JWT": {
      const { publicKey } = pairs.snowflake;
      const claims = verifiedClaims(token, publicKey)?.claims ?? {};
      const subject = `${account}.${user}`.toUpperCase();
      const der = publicKey.export({ type: "spki", format: "der" });
      const fingerprint = createHash("sha256").update(der).digest("base64");
      const isOurs = claims["sub"] === subject && claims["iss"] === `${subject}.SHA256:${fingerprint}`;
      if (isOurs && isCurrent(claims, nowMs())) return null;
      return { status: 401, code: "390144", message: "JWT token is invalid." };
    }
    default:
      return { status: 400, code: "390101", message: "Authorization header field has an unknown type." };
  }
}

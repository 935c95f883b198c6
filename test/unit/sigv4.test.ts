import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signV4 } from "../../src/auth/aws-sigv4.ts";
import type { HttpRequest } from "../../src/core/provider.ts";
import type { Received } from "../../src/simulator/checks/check.ts";
import { canonicalRequest, checkSigV4, signatureOf, type Scope } from "../../src/simulator/checks/sigv4.ts";

/*
 * Three implementations of AWS Signature Version 4: ours over aws4fetch, AWS's own for JavaScript, and the simulator's from
 * the receiving side. All are held against the published suite, and against each other on any request.
 */

interface Case {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly token?: string;
  readonly tokenUnsigned?: boolean;
  readonly signed: string;
  readonly signature: string;
}

const SUITE = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/sigv4/vectors.json"), "utf8")) as {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
  readonly date: string;
  readonly cases: readonly Case[];
};
const { region, service, date, accessKeyId, secretAccessKey } = SUITE;
const AT_MS = Date.parse("2015-08-30T12:36:00Z");

/** What our signer is asked to sign: its paths come as they are sent, and it signs no headers of strangers. */
const OURS = SUITE.cases.filter(
  ({ target, headers, tokenUnsigned }) =>
    tokenUnsigned !== true &&
    encodeURI(target.split("?")[0]!) === target.split("?")[0] &&
    Object.keys(headers).every((name) => name === "host"),
);

function keysOf(token: string | null) {
  return { accessKeyId, secretAccessKey, sessionToken: token };
}

async function ours(request: HttpRequest, scope: { region: string; service: string }, token: string | null = null) {
  return signV4(request, keysOf(token), { ...scope, atMs: AT_MS });
}

/** The request as its receiver sees it. */
function received({ method, url, headers, body }: HttpRequest): Received {
  const { host, pathname, search } = new URL(url);
  return { method, target: pathname + search, headers: { host, ...headers }, body: body ?? "" };
}

function scopeOf(changes: Partial<Scope> = {}): Scope {
  const key = { accessKeyId, secretAccessKey, sessionToken: null, expired: false };
  return { service, region, keys: [key], nowMs: AT_MS, ...changes };
}

describe("AWS's signing suite", () => {
  it("is here in 31 of its 38 cases, 7 being for services that do not normalise paths", () => {
    expect(SUITE.cases).toHaveLength(31);
    expect(OURS.length).toBeGreaterThanOrEqual(19);
  });

  it.each(SUITE.cases.map((each) => [each.name, each] as const))("%s: the simulator's check", (_name, each) => {
    const headers = {
      ...each.headers,
      "x-amz-date": date,
      ...(each.token === undefined ? {} : { "x-amz-security-token": each.token }),
    };
    const request = { method: each.method, target: each.target, headers, body: each.body };
    const canonical = canonicalRequest(request, each.signed.split(";"));
    expect(signatureOf(canonical, date, { region, service }, secretAccessKey)).toBe(each.signature);
  });

  it.each(OURS.map((each) => [each.name, each] as const))("%s: our signature", async (_name, each) => {
    const request = {
      method: each.method,
      url: `https://example.amazonaws.com${each.target}`,
      headers: {},
      body: null,
    };
    const { headers } = await ours(request, { region, service }, each.token ?? null);
    expect(headers["authorization"]).toBe(
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20150830/${region}/${service}/aws4_request, ` +
        `SignedHeaders=${each.signed}, Signature=${each.signature}`,
    );
  });
});

describe("a request to Bedrock", () => {
  const BEDROCK = { region: "us-west-2", service: "bedrock" };
  const request = (model: string): HttpRequest => ({
    method: "POST",
    url: `https://bedrock-runtime.us-west-2.amazonaws.com/model/${model}/converse-stream`,
    headers: { "content-type": "application/json", accept: "application/vnd.amazon.eventstream" },
    body: '{"messages":[]}',
  });

  // Computed with aws4fetch 1.0.20 and @smithy/signature-v4 5.7.5 on 2026-11-23; the suite's keys and date.
  it.each([
    [
      "the colon of a model encoded",
      "meta.llama3-1-405b-instruct-v1%3A0",
      "7222d8d3d09fe6b2a9863849afbe2bd9fdbe846df3b2042111b4306ea04fba3d",
    ],
    ["the colon of a model left as it is", "meta.llama3-1-405b-instruct-v1:0", "fb3c8735"],
  ])("has another signature with %s", async (_what, model, signature) => {
    const { headers } = await ours(request(model), BEDROCK);
    expect(headers["authorization"]).toMatch(
      new RegExp(`SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`),
    );
  });

  const good = async (): Promise<Received> =>
    received(await ours(request("meta.llama3-1-405b-instruct-v1%3A0"), BEDROCK));
  const verdict = async (change: (as: Received) => Received, scope: Partial<Scope> = {}): Promise<string> => {
    const refused = checkSigV4(change(await good()), scopeOf({ ...BEDROCK, ...scope }));
    return refused === null ? "in" : `${refused.status} ${refused.code}`;
  };
  const same = (as: Received): Received => as;
  const header = (name: string, value: string) => (as: Received) => ({
    ...as,
    headers: { ...as.headers, [name]: value },
  });
  const key = { accessKeyId, secretAccessKey, sessionToken: null, expired: false };

  it.each([
    ["as it is", same, {}, "in"],
    ["4 minutes late", same, { nowMs: AT_MS + 240_000 }, "in"],
    ["6 minutes late", same, { nowMs: AT_MS + 360_000 }, "403 InvalidSignatureException"],
    ["6 minutes early", same, { nowMs: AT_MS - 360_000 }, "403 InvalidSignatureException"],
    ["in another region", same, { region: "us-east-1" }, "403 InvalidSignatureException"],
    ["at another service", same, { service: "s3" }, "403 InvalidSignatureException"],
    ["with another body", (as: Received) => ({ ...as, body: '{"messages":[ ]}' }), {}, "403 InvalidSignatureException"],
    [
      "with another path",
      (as: Received) => ({ ...as, target: as.target.replace("%3A0", "%3A1") }),
      {},
      "403 InvalidSignatureException",
    ],
    [
      "with its colon decoded on the way",
      (as: Received) => ({ ...as, target: as.target.replace("%3A", ":") }),
      {},
      "403 InvalidSignatureException",
    ],
    ["with another content type", header("content-type", "text/plain"), {}, "403 InvalidSignatureException"],
    ["with a header of Amazon's that is not signed", header("x-amz-target", "x"), {}, "403 InvalidSignatureException"],
    ["from an unknown key", same, { keys: [] }, "403 UnrecognizedClientException"],
    ["with the wrong secret", same, { keys: [{ ...key, secretAccessKey: "other" }] }, "403 InvalidSignatureException"],
    [
      "without the token of its session",
      same,
      { keys: [{ ...key, sessionToken: "t" }] },
      "403 UnrecognizedClientException",
    ],
    ["in a session that is over", same, { keys: [{ ...key, expired: true }] }, "403 ExpiredTokenException"],
    [
      "without a signature",
      (as: Received) => ({ ...as, headers: { host: "x" } }),
      {},
      "403 MissingAuthenticationTokenException",
    ],
    [
      "with half a signature",
      header("authorization", "AWS4-HMAC-SHA256 Credential=x"),
      {},
      "403 IncompleteSignatureException",
    ],
  ] as const)("%s is answered as AWS would", async (_what, change, scope, expected) => {
    expect(await verdict(change, scope as Partial<Scope>)).toBe(expected);
  });
});

/** AWS's own implementation, which takes its hash from outside. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash("sha256")
        : createHmac("sha256", typeof secret === "string" ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === "string" ? data : bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {}
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

const modelId = fc.stringMatching(/^[a-zA-Z0-9.:_-]{1,60}$/);
const anyRequest = fc.record({
  model: modelId,
  body: fc.string({ unit: "grapheme" }),
  token: fc.option(fc.stringMatching(/^[a-zA-Z0-9+/=]{1,80}$/)),
  place: fc.constantFrom("us-west-2", "us-east-2", "eu-central-1"),
  atMs: fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) }),
});

describe("any request to Bedrock", () => {
  it("has the same signature by AWS's own implementation, and passes the simulator's check", async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ model, body, token, place, atMs }) => {
        const host = `bedrock-runtime.${place}.amazonaws.com`;
        const path = `/model/${encodeURIComponent(model)}/converse-stream`;
        const headers = { "content-type": "application/json", "x-amzn-bedrock-accept": "application/json" };
        const scope = { region: place, service: "bedrock", atMs };
        const signed = await signV4(
          { method: "POST", url: `https://${host}${path}`, headers, body },
          keysOf(token),
          scope,
        );
        const theirs = await new SignatureV4({
          credentials: { accessKeyId, secretAccessKey, ...(token === null ? {} : { sessionToken: token }) },
          region: place,
          service: "bedrock",
          sha256: Sha256,
          applyChecksum: false,
        }).sign(
          { method: "POST", protocol: "https:", hostname: host, path, headers: { host, ...headers }, body },
          { signingDate: new Date(atMs) },
        );
        expect(signed.headers["authorization"]).toBe(theirs.headers["authorization"]);
        const key = { accessKeyId, secretAccessKey, sessionToken: token, expired: false };
        expect(
          checkSigV4(received(signed), { region: place, service: "bedrock", keys: [key], nowMs: atMs }),
        ).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

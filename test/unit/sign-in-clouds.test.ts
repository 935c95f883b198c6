import { verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { awsSignIn } from "../../src/auth/aws-sigv4.ts";
import { ibmSignIn } from "../../src/auth/ibm-iam.ts";
import { signOci } from "../../src/auth/oci-signature.ts";
import { ociSignIn } from "../../src/auth/oci.ts";
import { statedSignIn } from "../../src/auth/stated.ts";
import type { HttpRequest } from "../../src/core/provider.ts";
import { checkOci } from "../../src/simulator/checks/oci-signature.ts";
import {
  authorized,
  granted,
  problemsOf,
  REQUEST,
  rsaPair,
  signedIn,
  START_MS,
  variablesOf,
  world,
} from "../support/sign-in.ts";

const PAIR = rsaPair();
const OTHER = rsaPair();

describe("Oracle", () => {
  const KEY_ID = "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/20:3b";
  const known = { keyId: KEY_ID, key: PAIR.privateKey };

  /** The text that was signed, put together from the names in the header. */
  function signedText({ headers, method, url, body }: HttpRequest): string {
    const names = /headers="([^"]+)"/.exec(headers["authorization"]!)![1]!.split(" ");
    const { host, pathname, search } = new URL(url);
    const beside: Readonly<Record<string, string>> = {
      "(request-target)": `${method.toLowerCase()} ${pathname}${search}`,
      host,
      "content-length": String(Buffer.byteLength(body ?? "")),
    };
    return names.map((name) => `${name}: ${beside[name] ?? headers[name]}`).join("\n");
  }

  function signatureOf({ headers }: HttpRequest): Buffer {
    return Buffer.from(/signature="([^"]+)"/.exec(headers["authorization"]!)![1]!, "base64");
  }

  /*
   * Oracle's published example (Request Signatures, "Test Values"; reproduced in oracle/oci-go-sdk, http_signer_test.go), in
   * its shape and with its digests; the signature itself is held against the public key, since the example's private key has
   * no business here. Its date names the wrong weekday: ours is the right one.
   */
  const EXAMPLE_MS = Date.UTC(2014, 0, 5, 21, 31, 40);
  const OCID = "ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa";
  const VOLUME = "ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q";
  const BODY = [
    "{",
    `    "compartmentId": "${OCID}",`,
    '    "instanceId": "ocid1.instance.oc1.phx.abuw4ljrlsfiqw6vzzxb43vyypt4pkodawglp3wqxjqofakrwvou52gb6s5a",',
    `    "volumeId": "${VOLUME}"`,
    "}",
  ].join("\n");

  it("hears a GET as in its example", () => {
    const query = `availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=${OCID}&displayName=TeamXInstances&volumeId=${VOLUME}`;
    const url = `https://iaas.us-phoenix-1.oraclecloud.com/20160918/instances?${query}`;
    const signed = signOci({ method: "GET", url, headers: {}, body: null }, known, EXAMPLE_MS);
    expect(signed.headers["authorization"]).toContain(
      `Signature version="1",keyId="${KEY_ID}",algorithm="rsa-sha256",headers="date (request-target) host",signature="`,
    );
    const text = [
      "date: Sun, 05 Jan 2014 21:31:40 GMT",
      `(request-target): get /20160918/instances?${query}`,
      "host: iaas.us-phoenix-1.oraclecloud.com",
    ].join("\n");
    expect(signedText(signed)).toBe(text);
    expect(verify("sha256", Buffer.from(text), PAIR.publicKey, signatureOf(signed))).toBe(true);
  });

  it("hears a POST as in its example, the digest of the body with it", () => {
    const url = "https://iaas.us-phoenix-1.oraclecloud.com/20160918/volumeAttachments";
    const signed = signOci(
      { method: "POST", url, headers: { "content-type": "application/json" }, body: BODY },
      known,
      EXAMPLE_MS,
    );
    const text = [
      "date: Sun, 05 Jan 2014 21:31:40 GMT",
      "(request-target): post /20160918/volumeAttachments",
      "host: iaas.us-phoenix-1.oraclecloud.com",
      "content-length: 316",
      "content-type: application/json",
      "x-content-sha256: V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0=",
    ].join("\n");
    expect(signedText(signed)).toBe(text);
    expect(verify("sha256", Buffer.from(text), PAIR.publicKey, signatureOf(signed))).toBe(true);
  });

  it("hears the digest of an empty body as its SDKs have it", () => {
    const signed = signOci({ ...REQUEST, body: "" }, known, EXAMPLE_MS);
    expect(signed.headers["x-content-sha256"]).toBe("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  });

  it("refuses what it would refuse, by the simulator's check", () => {
    const signed = signOci(REQUEST, known, START_MS);
    const { host, pathname } = new URL(REQUEST.url);
    const headers: Record<string, string> = { host, "content-length": "2", ...signed.headers };
    const received = { method: "POST", target: pathname, headers, body: "{}" };
    const check = (
      change: Partial<typeof received>,
      at: { nowMs?: number; keyId?: string; publicKey?: typeof PAIR.publicKey } = {},
    ) =>
      checkOci({ ...received, ...change }, { keyId: KEY_ID, publicKey: PAIR.publicKey, nowMs: START_MS, ...at })
        ?.message ?? "in";
    expect(check({})).toBe("in");
    expect(check({}, { nowMs: START_MS + 299_000 })).toBe("in");
    expect(check({}, { nowMs: START_MS + 301_000 })).toMatch(/clock skew/);
    expect(check({}, { nowMs: START_MS - 301_000 })).toMatch(/clock skew/);
    expect(check({}, { keyId: "other" })).toMatch(/required information/);
    expect(check({}, { publicKey: OTHER.publicKey })).toMatch(/does not verify/);
    expect(check({ body: "[]" })).toMatch(/computed SHA/);
    expect(check({ target: "/v1/other" })).toMatch(/does not verify/);
    expect(
      check({ headers: { ...headers, authorization: headers["authorization"]!.replace(" x-content-sha256", "") } }),
    ).toMatch(/must be signed: x-content-sha256/);
  });

  const CONFIG = "/me/.oci/config";
  const FILE = [
    "[DEFAULT]",
    "tenancy=t",
    "# a comment",
    "key_file = ~/key.pem",
    "[BENCH]",
    "user=u",
    "fingerprint=20:3b",
  ].join("\n");

  it("is signed in to by a profile, with what it leaves to the default one", async () => {
    const at = world();
    at.files.set(CONFIG, FILE);
    at.files.set("/me/key.pem", PAIR.pem);
    const signIn = signedIn(await ociSignIn(variablesOf({ HOME: "/me", OCI_CONFIG_PROFILE: "BENCH" }), at));
    const headers = await authorized(signIn);
    if (typeof headers === "string") throw new Error(headers);
    expect(headers["authorization"]).toContain('keyId="t/u/20:3b"');
    expect(headers["date"]).toBe(new Date(START_MS).toUTCString());
    expect(
      signIn.refused(REQUEST, { status: 401, headers: { date: new Date(START_MS - 900_000).toUTCString() } }),
    ).toBe(true);
    expect(await authorized(signIn)).toMatchObject({ date: new Date(START_MS - 900_000).toUTCString() });
  });

  it.each([
    ["no file", {}, {}, /\.oci\/config cannot be read; set OCI_CONFIG_FILE/],
    ["no such profile", { [CONFIG]: FILE }, { OCI_CONFIG_PROFILE: "X" }, /has no profile X: set OCI_CONFIG_PROFILE/],
    ["members missing", { [CONFIG]: FILE }, {}, /profile DEFAULT: user, fingerprint missing/],
    ["no key", { [CONFIG]: FILE }, { OCI_CONFIG_PROFILE: "BENCH" }, /key\.pem, the key_file of .*, cannot be read/],
    ["a key that is none", { [CONFIG]: FILE, "/me/key.pem": "x" }, { OCI_CONFIG_PROFILE: "BENCH" }, /is no RSA key/],
  ])("says what is wrong with %s", async (_what, files, values, problem) => {
    const at = world();
    for (const [path, text] of Object.entries(files)) at.files.set(path, text);
    expect(problemsOf(await ociSignIn(variablesOf({ HOME: "/me", ...values }), at)).join()).toMatch(problem);
  });
});

describe("AWS", () => {
  const SCOPE = { service: "bedrock", region: "us-west-2", apiKeyEnv: null };
  const CREDENTIALS = "/me/.aws/credentials";
  const profile = (id: string, token: string): string =>
    `[default]\naws_access_key_id = ${id}\naws_secret_access_key=s\n[bench]\naws_access_key_id=B\naws_secret_access_key=s2\naws_session_token=${token}\n`;
  const keyIn = (headers: Record<string, string> | string): string | undefined =>
    /Credential=([^/]+)/.exec(typeof headers === "string" ? headers : headers["authorization"]!)?.[1];

  it("takes a Bedrock API key before all else", async () => {
    const values = { AWS_BEARER_TOKEN_BEDROCK: "abc", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s" };
    expect(await authorized(signedIn(await awsSignIn(SCOPE, variablesOf(values), world())))).toEqual({
      authorization: "Bearer abc",
    });
  });

  it("signs with the keys of the environment, those of a session with its token", async () => {
    const values = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "tok" };
    const signIn = signedIn(await awsSignIn(SCOPE, variablesOf(values), world()));
    const headers = await authorized(signIn);
    expect(headers).toMatchObject({ "x-amz-security-token": "tok", "x-amz-date": "20261123T180000Z" });
    expect(keyIn(headers)).toBe("A");
    expect(signIn.secrets()).toEqual(["s", "tok"]);
  });

  it("reads profiles, and reads them again once their keys are refused", async () => {
    const at = world();
    at.files.set(CREDENTIALS, profile("D1", "old"));
    at.files.set("/me/.aws/config", "[default]\nregion = us-west-2\n[profile bench]\nregion=eu-west-1\n");
    const of = async (values: Record<string, string>) =>
      signedIn(await awsSignIn(SCOPE, variablesOf({ HOME: "/me", ...values }), at));
    expect(keyIn(await authorized(await of({})))).toBe("D1");
    const signIn = await of({ AWS_PROFILE: "bench" });
    expect(await authorized(signIn)).toMatchObject({ "x-amz-security-token": "old" });
    at.files.set(CREDENTIALS, profile("D1", "new"));
    const refusal = { status: 403, headers: { date: new Date(START_MS + 60_000).toUTCString() } };
    at.atMs = START_MS + 60_000;
    expect(signIn.refused(REQUEST, refusal)).toBe(true);
    expect(await authorized(signIn)).toMatchObject({ "x-amz-security-token": "new" });
    // Not with every refusal.
    expect(signIn.refused(REQUEST, refusal)).toBe(false);
    expect(signIn.secrets()).toEqual(expect.arrayContaining(["old", "new"]));
  });

  it("is signed by its own clock once it has found ours wrong", async () => {
    const signIn = signedIn(
      await awsSignIn(SCOPE, variablesOf({ AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s" }), world()),
    );
    expect(
      signIn.refused(REQUEST, { status: 403, headers: { date: new Date(START_MS - 3_600_000).toUTCString() } }),
    ).toBe(true);
    expect(await authorized(signIn)).toMatchObject({ "x-amz-date": "20261123T170000Z" });
  });

  it.each([
    ["nothing at all", {}, {}, /no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET/],
    ["half a key", { AWS_ACCESS_KEY_ID: "A" }, {}, /half of a key: set .* AWS_SECRET_ACCESS_KEY too/],
    ["the other half", { AWS_SECRET_ACCESS_KEY: "s" }, {}, /half of a key: set .* AWS_ACCESS_KEY_ID too/],
    [
      "a profile by sign-on",
      { AWS_PROFILE: "sso" },
      { "/me/.aws/config": "[profile sso]\nsso_session = x\n" },
      /by sso_session: put them into the environment/,
    ],
    [
      "an API key with a line end",
      { AWS_BEARER_TOKEN_BEDROCK: "a\nb" },
      {},
      /AWS_BEARER_TOKEN_BEDROCK holds characters that no key has/,
    ],
  ])("says what is wrong with %s", async (_what, values, files, problem) => {
    const at = world();
    for (const [path, text] of Object.entries(files)) at.files.set(path, text);
    expect(problemsOf(await awsSignIn(SCOPE, variablesOf({ HOME: "/me", ...values }), at)).join()).toMatch(problem);
  });
});

describe("IBM", () => {
  it("exchanges its key, as a form", async () => {
    const at = world(() => granted("iam", 3600));
    const signIn = signedIn(ibmSignIn("https://iam.example", null, variablesOf({ WATSONX_API_KEY: "k&y" }), at));
    expect(await authorized(signIn)).toEqual({ authorization: "Bearer iam" });
    expect(at.asked[0]).toMatchObject({
      url: "https://iam.example/identity/token",
      body: "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=k%26y",
    });
  });

  it("takes a token that is there already, and names what it misses", async () => {
    const signIn = signedIn(ibmSignIn("https://iam.example", null, variablesOf({ WATSONX_TOKEN: "t" }), world()));
    expect(await authorized(signIn)).toEqual({ authorization: "Bearer t" });
    expect(problemsOf(ibmSignIn("https://iam.example", null, variablesOf({}), world())).join()).toContain(
      "WATSONX_APIKEY",
    );
  });
});

describe("a provider whose file only states how it is signed in to", () => {
  const GRANT = {
    tokenUrl: "{authority}/{TENANT}/token",
    clientId: ["CLIENT"],
    clientSecret: ["SECRET"],
    scope: "s",
    in: "form",
  } as const;
  const FACTS = { scheme: "bearer", env: ["KEY"], optional: false, keyHeader: null, clientCredentials: GRANT } as const;
  const TARGET = {
    apiKeyEnv: "KEY",
    baseUrl: "https://host.example/base",
    parameters: { authority: "https://login.example" },
  };

  it("takes the key where there is one, else id and secret", async () => {
    const at = world(() => granted("t", 60));
    const of = (values: Record<string, string>) => statedSignIn(FACTS, TARGET, variablesOf(values), at);
    const program = { CLIENT: "c", SECRET: "x", TENANT: "ten" };
    expect(await authorized(signedIn(of({ KEY: "k", ...program })))).toEqual({ authorization: "Bearer k" });
    expect(await authorized(signedIn(of(program)))).toEqual({ authorization: "Bearer t" });
    expect(at.asked[0]!.url).toBe("https://login.example/ten/token");
    expect(problemsOf(of({})).join()).toBe("no API key: set the environment variable KEY, or CLIENT and SECRET");
    expect(problemsOf(of({ CLIENT: "c" }))).toEqual([
      expect.stringContaining("SECRET"),
      expect.stringContaining("TENANT"),
    ]);
  });

  it("finds a token service that is stated relative to its address", async () => {
    const at = world(() => granted("t", 60));
    const facts = { ...FACTS, clientCredentials: { ...GRANT, tokenUrl: "../oidc/v1/token" } };
    await authorized(signedIn(statedSignIn(facts, TARGET, variablesOf({ CLIENT: "c", SECRET: "x" }), at)));
    expect(at.asked[0]!.url).toBe("https://host.example/oidc/v1/token");
  });

  it.each([
    ["with its last slash", "https://login.example/"],
    ["without its scheme", "login.example"],
    ["without its scheme, to a port", "login.example:443/"],
  ])(
    "finds a token service whose address is written %s, and never asks the target for a token",
    async (_how, authority) => {
      const at = world(() => granted("t", 60));
      const target = { ...TARGET, parameters: { authority } };
      const program = variablesOf({ CLIENT: "c", SECRET: "x", TENANT: "ten" });
      await authorized(signedIn(statedSignIn(FACTS, target, program, at)));
      expect(at.asked[0]!.url).toBe("https://login.example/ten/token");
    },
  );

  it("takes no key, a bare one in a header of its own, or a bearer", async () => {
    const of = async (facts: Parameters<typeof statedSignIn>[0], apiKeyEnv: string | null) =>
      authorized(signedIn(statedSignIn(facts, { ...TARGET, apiKeyEnv }, variablesOf({ KEY: "k" }), world())));
    expect(await of({ scheme: "none" }, null)).toEqual({});
    expect(await of({ scheme: "header", header: "api-key", env: ["KEY"] }, "KEY")).toEqual({ "api-key": "k" });
    const bearer = {
      scheme: "bearer",
      env: ["KEY"],
      optional: true,
      keyHeader: "api-key",
      clientCredentials: null,
    } as const;
    expect(await of(bearer, null)).toEqual({});
    expect(await of(bearer, "KEY")).toEqual({ authorization: "Bearer k", "api-key": "k" });
    expect(await of({ ...bearer, keyHeader: null }, "KEY")).toEqual({ authorization: "Bearer k" });
  });
});

import { createHash } from "node:crypto";
import fc from "fast-check";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { googleSignIn } from "../../src/auth/google.ts";
import { signJwt } from "../../src/auth/jwt.ts";
import { snowflakeSignIn } from "../../src/auth/snowflake.ts";
import { isCurrent, verifiedClaims } from "../../src/simulator/checks/jwt.ts";
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

describe("a token that we sign", () => {
  it("is read by jose, and jose's by the simulator", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.string(), fc.nat())),
        async (claims) => {
          const ours = signJwt(claims, PAIR.privateKey, "kid-1");
          const read = await jwtVerify(ours, PAIR.publicKey, { currentDate: new Date(0) }).catch(
            (error: Error) => error.name,
          );
          // Claims of the standard's own have rules of the standard's own.
          if (typeof read !== "string") expect(read.payload).toEqual(claims);
          expect(decodeProtectedHeader(ours)).toEqual({ alg: "RS256", typ: "JWT", kid: "kid-1" });
          expect(verifiedClaims(ours, PAIR.publicKey)?.claims).toEqual(claims);
          const theirs = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(PAIR.privateKey);
          expect(verifiedClaims(theirs, PAIR.publicKey)?.claims).toEqual(claims);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("passes no check with another key, another text or another algorithm", async () => {
    const token = signJwt({ sub: "a" }, PAIR.privateKey);
    const [head, , signature] = token.split(".");
    const body = Buffer.from('{"sub":"b"}').toString("base64url");
    const plain = await new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "HS256" }).sign(Buffer.alloc(32, 1));
    for (const forged of [`${head}.${body}.${signature}`, `${head}.${body}.`, plain, "a.b", `${token}.x`]) {
      expect(verifiedClaims(forged, PAIR.publicKey)).toBeNull();
    }
    expect(verifiedClaims(token, OTHER.publicKey)).toBeNull();
  });

  it.each([
    ["just made", 0, 3600, true],
    ["made half a minute in the future", 30, 3600, true],
    ["made two minutes in the future", 120, 3600, false],
    ["over", -3601, 3600, false],
    ["of too long a life", 0, 3601, false],
  ])("%s is current: it depends", (_what, iatS, lifeS, expected) => {
    const iat = START_MS / 1000 + iatS;
    expect(isCurrent({ iat, exp: iat + lifeS }, START_MS)).toBe(expected);
  });
});

describe("Google", () => {
  const FILE = "/adc.json";
  const account = {
    type: "service_account",
    client_email: "bench@project.example",
    private_key_id: "k1",
    private_key: PAIR.pem,
    token_uri: "https://oauth2.example/token",
  };
  const variables = variablesOf({ GOOGLE_APPLICATION_CREDENTIALS: FILE, HOME: "/me" });

  it("gets an assertion of the service account, as jose reads it", async () => {
    const at = world(() => granted("ya29", 3600));
    at.files.set(FILE, JSON.stringify(account));
    const signIn = signedIn(await googleSignIn(variables, at));
    expect(await authorized(signIn)).toEqual({ authorization: "Bearer ya29" });
    const form = new URLSearchParams(at.asked[0]!.body!);
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const { payload, protectedHeader } = await jwtVerify(form.get("assertion")!, PAIR.publicKey, {
      issuer: account.client_email,
      audience: account.token_uri,
      currentDate: new Date(START_MS),
      maxTokenAge: 60,
    });
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: "k1" });
    expect(payload).toMatchObject({
      scope: "https://www.googleapis.com/auth/cloud-platform",
      exp: START_MS / 1000 + 3600,
    });
    expect(signIn.secrets().join()).toContain(PAIR.pem);
  });

  it("is asked a second time by its own clock when it finds ours wrong", async () => {
    const theirMs = START_MS + 3 * 3_600_000;
    const at = world((request) => {
      const { iat } = verifiedClaims(new URLSearchParams(request.body!).get("assertion")!, PAIR.publicKey)!.claims;
      if (Math.abs(Number(iat) * 1000 - theirMs) < 5000) return granted("ya29", 3600);
      return { status: 400, headers: { date: new Date(theirMs).toUTCString() }, body: '{"error":"invalid_grant"}' };
    });
    at.files.set(FILE, JSON.stringify(account));
    const signIn = signedIn(await googleSignIn(variables, at));
    expect(await authorized(signIn)).toEqual({ authorization: "Bearer ya29" });
    expect(at.asked).toHaveLength(2);
  });

  it("takes a user's refresh token from where gcloud leaves it", async () => {
    const at = world(() => granted("ya29.user", 3599));
    const user = {
      type: "authorized_user",
      client_id: "c",
      client_secret: "s",
      refresh_token: "r",
      quota_project_id: "q",
    };
    at.files.set("/me/.config/gcloud/application_default_credentials.json", JSON.stringify(user));
    const signIn = signedIn(await googleSignIn(variablesOf({ HOME: "/me" }), at));
    expect(await authorized(signIn)).toEqual({ authorization: "Bearer ya29.user", "x-goog-user-project": "q" });
    expect(at.asked[0]).toMatchObject({
      url: "https://oauth2.googleapis.com/token",
      body: "grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r",
    });
    expect(signIn.secrets()).toEqual(expect.arrayContaining(["s", "r", "ya29.user"]));
  });

  it.each([
    ["no file", null, /\/adc\.json cannot be read; set GOOGLE_APPLICATION_CREDENTIALS/],
    ["another type", '{"type":"external_account"}', /must be service_account or authorized_user/],
    ["no JSON", "{", /must be service_account or authorized_user/],
    ["a key that is none", JSON.stringify({ ...account, private_key: "x" }), /RSA private_key is missing/],
    ["half a login", '{"type":"authorized_user","client_id":"c"}', /refresh_token is missing/],
  ])("says what is wrong with %s", async (_what, text, problem) => {
    const at = world();
    if (text !== null) at.files.set(FILE, text);
    expect(problemsOf(await googleSignIn(variables, at)).join()).toMatch(problem);
  });
});

describe("Snowflake", () => {
  const KEY = { SNOWFLAKE_USER: "Bench", SNOWFLAKE_PRIVATE_KEY_PATH: "/key.pem" };
  const TYPE = "x-snowflake-authorization-token-type";

  it.each([
    ["myorg-account1", "MYORG-ACCOUNT1.BENCH"],
    ["xy12345.us-east-1", "XY12345.BENCH"],
    ["xy12345-extra.global", "XY12345.BENCH"],
  ])("gets a token of the user's key for account %s, as jose reads it", async (account, subject) => {
    const at = world();
    at.files.set("/key.pem", PAIR.pem);
    const signIn = signedIn(await snowflakeSignIn(account, null, variablesOf(KEY), at));
    const headers = await authorized(signIn);
    if (typeof headers === "string") throw new Error(headers);
    expect(headers[TYPE]).toBe("KEYPAIR_JWT");
    const der = PAIR.publicKey.export({ type: "spki", format: "der" });
    const fingerprint = createHash("sha256").update(der).digest("base64");
    const { payload } = await jwtVerify(headers["authorization"]!.replace("Bearer ", ""), PAIR.publicKey, {
      issuer: `${subject}.SHA256:${fingerprint}`,
      subject,
      currentDate: new Date(START_MS),
    });
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(3600);
  });

  it("gets a new token before the hour is over, and at once when our clock was wrong", async () => {
    const at = world();
    at.files.set("/key.pem", PAIR.pem);
    const signIn = signedIn(await snowflakeSignIn("a", null, variablesOf(KEY), at));
    const token = async (): Promise<string> => ((await authorized(signIn)) as Record<string, string>)["authorization"]!;
    const first = await token();
    at.atMs += 3_000_000;
    expect(await token()).toBe(first);
    at.atMs += 400_000;
    await token();
    expect(await token()).not.toBe(first);
    const late = { status: 401, headers: { date: new Date(at.atMs - 900_000).toUTCString() } };
    expect(signIn.refused(REQUEST, late)).toBe(true);
    const { claims } = verifiedClaims((await token()).replace("Bearer ", ""), PAIR.publicKey)!;
    expect(Number(claims["iat"]) * 1000).toBe(at.atMs - 900_000);
  });

  it("takes an access token or a ready-made one first, each under its own name", async () => {
    const signedWith = async (values: Record<string, string>) =>
      authorized(signedIn(await snowflakeSignIn("a", null, variablesOf({ ...KEY, ...values }), world())));
    expect(await signedWith({ SNOWFLAKE_PAT: "pat", SNOWFLAKE_JWT: "jwt" })).toEqual({
      authorization: "Bearer pat",
      [TYPE]: "PROGRAMMATIC_ACCESS_TOKEN",
    });
    expect(await signedWith({ SNOWFLAKE_JWT: "jwt" })).toEqual({ authorization: "Bearer jwt", [TYPE]: "KEYPAIR_JWT" });
  });

  it("opens a locked key with its pass phrase, and says so when it does not fit", async () => {
    const at = world();
    at.files.set("/key.pem", rsaPair("open sesame").pem);
    const sign = (passphrase: string) =>
      snowflakeSignIn("a", null, variablesOf({ ...KEY, SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase }), at);
    expect(problemsOf(await sign("open sesame"))).toEqual([]);
    expect(problemsOf(await sign("wrong")).join()).toMatch(/PASSPHRASE is wrong/);
  });

  it("names all that is missing", async () => {
    expect(problemsOf(await snowflakeSignIn("a", null, variablesOf({}), world())).join()).toMatch(
      /set SNOWFLAKE_PAT, or/,
    );
    const { SNOWFLAKE_PRIVATE_KEY_PATH } = KEY;
    const problems = problemsOf(await snowflakeSignIn("a", null, variablesOf({ SNOWFLAKE_PRIVATE_KEY_PATH }), world()));
    expect(problems).toEqual([expect.stringContaining("SNOWFLAKE_USER"), "/key.pem cannot be read"]);
  });
});

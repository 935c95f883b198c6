import { describe, expect, it } from "vitest";
import { serverClock } from "../../src/auth/server-clock.ts";
import { tokenIn } from "../../src/auth/token-endpoint.ts";
import { clientCredentialsSignIn } from "../../src/auth/client-credentials.ts";
import { authorized, granted, REQUEST, START_MS, world, type World } from "../support/sign-in.ts";

const HOUR_S = 3600;
const CREDENTIALS = {
  tokenUrl: "https://login.example/token",
  clientId: "id with space",
  clientSecret: "a+b/c=",
  scope: "all",
  in: "header",
} as const;

/** A token service that counts, and a sign-in over it. */
function service(of: { lifeS?: number; fails?: (asked: number) => boolean } = {}) {
  const at = world((_request, asked) => {
    if (of.fails?.(asked) === true) return { status: 401, body: '{"error":"invalid_client","error_description":"no"}' };
    return granted(`token-${asked}`, of.lifeS ?? HOUR_S);
  });
  return { at, signIn: clientCredentialsSignIn(CREDENTIALS, at) };
}

/** The token that a request would carry after so many seconds. */
async function tokenAt({ at, signIn }: ReturnType<typeof service>, seconds: number): Promise<unknown> {
  at.atMs = START_MS + seconds * 1000;
  const headers = await authorized(signIn);
  await settled();
  return typeof headers === "string" ? headers : headers["authorization"];
}

/** What goes on in the background comes to its end. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function asks(at: World): number {
  return at.asked.length;
}

describe("a token", () => {
  it.each([
    ["a number", "7200", 7_200_000],
    ["a text", '"7200"', 7_200_000],
    ["nothing", "null", 600_000],
    ["less than nothing", "-5", 600_000],
    ["no number", '"soon"', 600_000],
    ["what is none and cannot become one", '{"toString":1,"valueOf":1}', 600_000],
  ])("whose life is %s lives for what that means", (_what, stated, lifeMs) => {
    const response = { status: 200, headers: {}, body: `{"access_token":"t","expires_in":${stated}}` };
    expect(tokenIn(response, "login.example", START_MS)).toEqual({
      ok: true,
      token: { value: "t", fetchedMs: START_MS, expiresMs: START_MS + lifeMs },
    });
  });

  it("is fetched once, however many ask for it at once", async () => {
    const { at, signIn } = service();
    const all = await Promise.all(Array.from({ length: 20 }, () => authorized(signIn)));
    expect(new Set(all.map((headers) => JSON.stringify(headers)))).toEqual(
      new Set(['{"authorization":"Bearer token-1"}']),
    );
    expect(asks(at)).toBe(1);
  });

  it.each([
    ["an hour", HOUR_S, 3299, 3301],
    ["ten minutes", 600, 479, 481],
    ["two seconds", 2, 1.5, 1.7],
  ])(
    "that lives %s is renewed behind the back of the requests, ahead of its end",
    async (_life, lifeS, before, after) => {
      const one = service({ lifeS });
      expect(await tokenAt(one, 0)).toBe("Bearer token-1");
      expect(await tokenAt(one, before)).toBe("Bearer token-1");
      expect(asks(one.at)).toBe(1);
      // The request that finds the end near still goes with the old one.
      expect(await tokenAt(one, after)).toBe("Bearer token-1");
      expect(asks(one.at)).toBe(2);
      expect(await tokenAt(one, after)).toBe("Bearer token-2");
    },
  );

  it("that is over is waited for", async () => {
    const one = service();
    await tokenAt(one, 0);
    expect(await tokenAt(one, 7200)).toBe("Bearer token-2");
  });

  it("says for how long a request with it may wait", async () => {
    const { at, signIn } = service();
    await authorized(signIn);
    at.atMs += 600_000;
    expect(await signIn.authorize(REQUEST)).toMatchObject({ ok: true, freshForMs: 2_990_000 });
  });

  it("that cannot be renewed serves to its end, then the requests fail and say why", async () => {
    const one = service({ fails: (asked) => asked > 1 });
    await tokenAt(one, 0);
    expect(await tokenAt(one, 3400)).toBe("Bearer token-1");
    expect(await tokenAt(one, 3500)).toBe("Bearer token-1");
    expect(await tokenAt(one, 3595)).toBe("auth | sign-in | invalid_client | login.example answered 401: no");
  });

  it("whose service refuses is asked for every five seconds, not with every request", async () => {
    const one = service({ fails: (asked) => asked < 3 });
    for (let tenths = 0; tenths < 100; tenths += 1) await tokenAt(one, tenths / 10);
    expect(asks(one.at)).toBe(2);
    // The one who comes when it is asked again does not wait for it.
    expect(await tokenAt(one, 10.1)).toMatch(/invalid_client/);
    expect(await tokenAt(one, 10.2)).toBe("Bearer token-3");
  });

  it("that is refused is thrown away, once and only when it is not brand new", async () => {
    const one = service();
    const { at, signIn } = one;
    const sent = { ...REQUEST, headers: { authorization: "Bearer token-1" } };
    await tokenAt(one, 0);
    expect(signIn.refused(sent, { status: 401, headers: {} })).toBe(false);
    at.atMs += 31_000;
    expect(signIn.refused(sent, { status: 401, headers: {} })).toBe(true);
    expect(await tokenAt(one, 32)).toBe("Bearer token-2");
    // The others that went with the old one are refused later.
    at.atMs += 60_000;
    expect(signIn.refused(sent, { status: 401, headers: {} })).toBe(false);
    expect(await tokenAt(one, 93)).toBe("Bearer token-2");
  });

  it("is a secret, as are the ones before it and what it was got for", async () => {
    const one = service({ lifeS: 10 });
    for (let hours = 0; hours < 20; hours += 1) await tokenAt(one, hours * HOUR_S);
    const secrets = one.signIn.secrets();
    expect(secrets).toContain("a+b/c=");
    expect(secrets).toContain("token-20");
    expect(secrets).toContain("token-13");
    expect(secrets.length).toBeLessThan(12);
  });
});

describe("a token service", () => {
  it("hears the grant, and id and secret as HTTP basic authentication", async () => {
    const { at, signIn } = service();
    await authorized(signIn);
    const [request] = at.asked;
    expect(request).toMatchObject({ method: "POST", url: "https://login.example/token" });
    expect(request!.body).toBe("grant_type=client_credentials&scope=all");
    const basic = Buffer.from(request!.headers["authorization"]!.replace("Basic ", ""), "base64").toString();
    expect(basic).toBe("id+with+space:a%2Bb%2Fc%3D");
  });

  it("hears them in the form, where it wants them there", async () => {
    const at = world(() => granted("t", 60));
    await authorized(clientCredentialsSignIn({ ...CREDENTIALS, in: "form" }, at));
    expect(Object.fromEntries(new URLSearchParams(at.asked[0]!.body!))).toEqual({
      grant_type: "client_credentials",
      scope: "all",
      client_id: "id with space",
      client_secret: "a+b/c=",
    });
    expect(at.asked[0]!.headers).not.toHaveProperty("authorization");
  });

  it.each([
    ["cannot be reached", null, "auth | sign-in | ECONNREFUSED | login.example: refused"],
    [
      "answers with a page",
      { status: 502, body: "<html>" },
      "auth | sign-in |  | login.example answered 502: no token in the response",
    ],
    [
      "grants nothing",
      { body: '{"token_type":"Bearer"}' },
      "auth | sign-in |  | login.example answered 200: no token in the response",
    ],
    [
      "grants what no header holds",
      { body: '{"access_token":"a\\nb"}' },
      "auth | sign-in |  | login.example answered 200: no token in the response",
    ],
    [
      "refuses in IBM's words",
      { status: 400, body: '{"errorCode":"BXNIM0415E","errorMessage":"Provided API key could not be found."}' },
      "auth | sign-in | BXNIM0415E | login.example answered 400: Provided API key could not be found.",
    ],
  ])("that %s fails the requests with its words", async (_what, answer, words) => {
    expect(
      await authorized(
        clientCredentialsSignIn(
          CREDENTIALS,
          world(() => answer),
        ),
      ),
    ).toBe(words);
  });

  it("that does not say how long a token lives is asked again after ten minutes", async () => {
    const at = world((_request, asked) => ({ body: `{"access_token":"t${asked}"}` }));
    const signIn = clientCredentialsSignIn(CREDENTIALS, at);
    await authorized(signIn);
    at.atMs += 600_000;
    expect(await authorized(signIn)).toEqual({ authorization: "Bearer t2" });
  });
});

describe("our clock, once a server has refused us", () => {
  const refusal = (date: string) => ({ status: 403, headers: { date } });
  const dateAt = (ms: number): string => new Date(ms).toUTCString();

  it("goes by the server's when they differ by more than half a minute", () => {
    const clock = serverClock(() => START_MS);
    expect(clock.learn(refusal(dateAt(START_MS - 7 * 60_000)))).toBe(true);
    expect(clock.nowMs()).toBe(START_MS - 7 * 60_000);
    expect(clock.learn(refusal(dateAt(START_MS - 7 * 60_000)))).toBe(false);
  });

  it.each([
    ["close to ours", dateAt(START_MS + 20_000)],
    ["no date", "soon"],
  ])("stays when the refusal's date is %s", (_what, date) => {
    const clock = serverClock(() => START_MS);
    expect(clock.learn(refusal(date))).toBe(false);
    expect(clock.learn({ status: 403, headers: {} })).toBe(false);
    expect(clock.nowMs()).toBe(START_MS);
  });
});

import { isDeepStrictEqual } from "node:util";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contendersOf } from "../../src/cli/contenders.ts";
import { openNetwork } from "../../src/cli/network.ts";
import { makeTarget, UNSET } from "../../src/cli/make-target.ts";
import { providerRow } from "../../src/cli/provider-rows.ts";
import type { Call, Provider, Wire } from "../../src/core/provider.ts";
import type { Target } from "../../src/core/target.ts";
import { loadProvider, providerIds } from "../../src/registry.ts";
import type { Contender } from "../../src/run/contender.ts";
import { rateLimitOf } from "../../src/run/rate-limit.ts";
import { responseFlags } from "../../src/run/response.ts";
import { cutExceptions, ENDINGS, refusalCutExceptions } from "../support/cuts.ts";
import { readProviderFixture, type ProviderFixture, type RefusalFixture } from "../support/provider-fixtures.ts";
import { cutAt, eventEnds, replay, type Replayed } from "../support/replay.ts";

/* One suite over every provider file: what it says of itself is held against the fixture in its name. */

/** Addresses of the user's own and of a child of ours: they have no dialect to prove. */
const WITHOUT_DIALECT = new Set(["openai-compatible", "simulator"]);
const KEY = "not-a-real-key-7c1f";
const PARAMETERS = {
  workspace: "dbc-405.cloud.databricks.com",
  account_id: "account-405",
  deployment: "deployment-405",
};

interface Case {
  readonly id: string;
  readonly provider: Provider;
  readonly fixture: ProviderFixture;
  readonly target: Target;
  readonly contender: Contender;
}

const ids = (await providerIds(null)).filter((id) => !WITHOUT_DIALECT.has(id));
/** Files of data, and those whose code adds nothing to the dialect. The others have a suite of their own. */
const inDialect = new Set([
  ...readdirSync("providers")
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length)),
  "nvidia",
]);
const cases = await Promise.all(ids.filter((id) => inDialect.has(id)).map(caseOf));

async function caseOf(id: string): Promise<Case> {
  const provider = await loadProvider(id, null);
  const fixture = readProviderFixture(id);
  const entry = { ...UNSET, id, provider: id, model: fixture.model };
  const env = provider.signIn.scheme === "none" ? {} : { [provider.signIn.env[0]!]: KEY };
  const target = await makeTarget({ ...entry, region: "eastus", parameters: PARAMETERS }, null, env);
  const [contender] = await contendersOf([target], null, env, await openNetwork(undefined, [target], {}));
  return { id, provider, fixture, target, contender: contender! };
}

function callTo(target: Target, extraBody: Call["extraBody"]): Call {
  return {
    baseUrl: target.baseUrl,
    endpoint: target.endpoint,
    modelId: target.modelId,
    messages: [{ role: "user", content: "Say when the frost lifts." }],
    maxOutputTokens: 16,
    extraBody,
    parameters: target.parameters,
  };
}

function bodyOf(wire: Wire, call: Call): object {
  return JSON.parse(wire.request(call).body!) as object;
}

function answerOf(fixture: ProviderFixture, wire: Wire, offsets: readonly number[]): Replayed {
  return replay(fixture.answer, cutAt(fixture.bytes, offsets), null, wire);
}

/** All that an answer means, stamps left out. */
function meaning({ parts, response, outcome, failure }: Replayed): object {
  const { contentUs: _stamps, coalesced: _reads, ...timeless } = response;
  return { parts, response: timeless, outcome, failure };
}

function refusedBy({ status, headers, body }: RefusalFixture, wire: Wire): Replayed {
  return replay({ status, headers }, [Buffer.from(JSON.stringify(body))], null, wire);
}

it("there are 33 provider files or more, each with a fixture in its name", () => {
  expect(cases.length).toBeGreaterThanOrEqual(33);
});

describe.each(cases.map((each) => [each.id, each] as const))("%s", (id, { provider, fixture, target, contender }) => {
  const { wire } = contender;

  it("states the same proof as its fixture, and a constructed one proves nothing", () => {
    const { origin, source, date } = fixture;
    expect({ kind: origin, source, date }).toEqual(provider.proof);
    const isProof = origin === "recorded" || origin === "published";
    expect(isProof ? date : source).not.toBeNull();
    expect(providerRow(provider, fixture.model, {}, 0).verified).toBe(isProof ? "fixture" : "never");
  });

  it("gives a source for every fact about a model, and a day or the word that there is none for every price", () => {
    for (const [model, { price, otherPrices, ...entry }] of Object.entries(provider.models)) {
      for (const each of [price, ...otherPrices]) {
        const isDated = each.kind === "unknown" || each.asOf !== null || /undated|no date/.test(each.source);
        expect(isDated, `${model}: ${JSON.stringify(each)}`).toBe(true);
      }
      const knows = [entry.contextTokens, entry.maxOutputTokens, entry.precision].some((fact) => fact !== null);
      const isSourced = !knows || entry.source !== null || provider.kind === "engine";
      expect(isSourced, `${model} states limits without a source`).toBe(true);
      if (entry.status === "unverified") expect(entry.lastSeen, model).not.toBeNull();
    }
    expect(provider.sources.length).toBeGreaterThan(0);
  });

  it("takes no placeholder for a price", () => {
    const prices = Object.values(provider.models).flatMap(({ price, otherPrices }) => [price, ...otherPrices]);
    const sources = prices.flatMap((price) => (price.kind === "unknown" ? [] : [price.source]));
    expect(sources.filter((source) => /placeholder/i.test(source))).toEqual([]);
  });

  it("is asked as documented", () => {
    const request = wire.request(callTo(target, {}));
    expect({ method: request.method, url: request.url }).toEqual({ method: "POST", url: fixture.request.url });
    expect(request.headers).toEqual({ "content-type": "application/json", accept: "text/event-stream" });
    expect(bodyOf(wire, callTo(target, {}))).toEqual(fixture.request.body);
    for (const name of provider.dialect.requires) expect(fixture.request.body).toHaveProperty(name);
  });

  it("is never sent what it refuses, not even when the user asks for it", () => {
    const unwanted = Object.fromEntries(provider.dialect.refuses.map((name) => [name, true]));
    expect(bodyOf(wire, callTo(target, { ...unwanted, seed: 1 }))).toEqual({ ...fixture.request.body, seed: 1 });
  });

  it("gets its key where it wants it, and nothing before it is signed in to", async () => {
    const plain = wire.request(callTo(target, {}));
    expect(JSON.stringify(plain)).not.toContain(KEY);
    const authorized = await contender.authorize(plain);
    if (!authorized.ok) throw new Error(authorized.failure.detail ?? "");
    const { headers, ...rest } = authorized.request;
    const { signIn } = provider;
    const twice = signIn.scheme === "bearer" && signIn.keyHeader !== null ? { [signIn.keyHeader]: KEY } : {};
    const bearer = signIn.scheme === "bearer" ? { authorization: `Bearer ${KEY}`, ...twice } : {};
    const signed = signIn.scheme === "header" ? { [signIn.header]: KEY } : bearer;
    expect(rest).toEqual({ method: plain.method, url: plain.url, body: plain.body });
    expect(headers).toEqual({ ...plain.headers, ...signed });
  });

  it("is understood: text, usage, finish, the server's own clock, and the model it names", () => {
    const { text, usage, finish, flags, events, server } = fixture.answer;
    const { response, outcome } = answerOf(fixture, wire, eventEnds(fixture.bytes));
    expect({
      outcome,
      text: response.text,
      usage: response.usage === null ? null : Object.values(response.usage),
      finish: response.finish,
      flags: responseFlags(response, contender.isModel, wire),
      events: [response.contentUs.length, response.totalEvents],
      server: response.server,
    }).toEqual({ outcome: "completed", text, usage, finish, flags, events, server });
    if (provider.dialect.echo === "same") expect(response.models[0]).toBe(target.modelId);
  });

  it("tells every figure that its dialect promises", () => {
    const { dialect } = provider;
    expect(fixture.answer.server !== null).toBe(dialect.timings !== null);
    expect(fixture.answer.usage !== null).toBe(dialect.usage !== "never");
    const { response } = answerOf(fixture, wire, eventEnds(fixture.bytes));
    if (dialect.usage === "every-chunk") expect(response.totals).not.toContain(null);
    if (dialect.terminator === "end-of-body") expect(response.done).toBe(false);
    if (dialect.terminator === "[DONE]") expect(response.done).toBe(true);
  });

  it("means the same however its bytes are cut", () => {
    const { bytes } = fixture;
    const whole = meaning(answerOf(fixture, wire, []));
    const cuts = Array.from({ length: bytes.length }, (_, at) => at);
    expect(cuts.filter((at) => !isDeepStrictEqual(meaning(answerOf(fixture, wire, [at])), whole))).toEqual([]);
    expect(meaning(answerOf(fixture, wire, cuts))).toEqual(whole);
  });

  it("cut off at any byte is a named failure, or whole", () => {
    const cuttable = { name: id, head: fixture.answer, bytes: fixture.bytes, text: fixture.answer.text };
    for (const ending of ENDINGS) expect(cutExceptions(cuttable, ending, wire)).toEqual([]);
  });

  it("is caught when it answers for another model", () => {
    const other = Buffer.from(
      fixture.bytes.toString("utf8").replaceAll(/"model":( ?)"[^"]+"/g, '"model":$1"meta-llama/Llama-3.2-1B-Instruct"'),
    );
    const { response } = replay(fixture.answer, [other], null, wire);
    const isCaught = responseFlags(response, contender.isModel, wire).includes("model_differs");
    expect(isCaught).toBe(provider.dialect.echo !== "differs");
  });

  it("fails when an error stands inside its stream", () => {
    const [first = 0] = eventEnds(fixture.bytes);
    const event = `data: ${JSON.stringify(fixture.streamError.event)}\n\n`;
    const broken = Buffer.concat([fixture.bytes.subarray(0, first), Buffer.from(event)]);
    const { outcome, failure } = replay(fixture.answer, [broken], null, wire);
    expect(outcome).toBe("failed");
    expect(failure).toMatchObject({ kind: fixture.streamError.kind, where: "stream" });
  });

  it.each(fixture.refusals.map((refusal) => [refusal.what, refusal] as const))("refuses: %s", (_what, refusal) => {
    const { failure, response } = refusedBy(refusal, wire);
    const { kind, status, code, headers } = refusal;
    expect(failure).toMatchObject({ kind, status, code, where: "headers" });
    const told = { headers, errorText: response.refusal };
    const windows = wire.rateWindows?.(told) ?? [];
    expect(windows).toEqual(refusal.windows);
    expect(rateLimitOf(told, windows, 0)?.retryAfterMs ?? null).toBe(refusal.retryAfterMs);
    const bytes = Buffer.from(JSON.stringify(refusal.body));
    const cuttable = { name: id, head: { status, headers }, bytes, text: "", broken: kind };
    for (const ending of ENDINGS) expect(refusalCutExceptions(cuttable, ending, wire)).toEqual([]);
  });

  it("has every failure of an account among its fixtures", () => {
    const kinds = new Set(fixture.refusals.map(({ kind }) => kind));
    for (const kind of ["auth", "not-found", "rate-limited", "overloaded", "server-error", "bad-request"] as const) {
      expect(kinds).toContain(kind);
    }
  });

  it("still reads what was recorded of it", () => {
    expect(fixture.recordings.length > 0).toBe(provider.proof.kind === "recorded");
    for (const recording of fixture.recordings) {
      const reads = recording.reads.map(({ base64 }) => Buffer.from(base64, "base64"));
      const { outcome, response } = replay(recording.response, reads, null, wire);
      expect([recording.origin, outcome]).toEqual(["recorded", "completed"]);
      expect(responseFlags(response, contender.isModel, wire)).toEqual([]);
    }
  });
});

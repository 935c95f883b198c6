import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import type { HttpRequest } from "../../src/core/provider.ts";
import type { Contender } from "../../src/run/contender.ts";
import { CLOUD_IDS } from "../../src/simulator/planted.ts";
import type { Simulator } from "../../src/simulator/server.ts";
import { askEach, sellersAt, startSellers } from "../support/simulated-providers.ts";
import { call } from "../support/simulator-client.ts";

/*
 * Every provider whose file is code, played by the simulator with code of its own: its wire is read, its failures are named,
 * and what is signed wrongly is turned away.
 */

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSellers([]);
});
afterAll(() => simulator.close());

const cloud = async (name: string): Promise<Contender> => (await sellersAt(simulator, [`simulator:${name}`]))[0]!;
const askedWith = async (fault: string): Promise<readonly (readonly [string, Observation])[]> => {
  const names = CLOUD_IDS.map((id) => `simulator:${id}${fault}`);
  const observations = await askEach(await sellersAt(simulator, names));
  return CLOUD_IDS.map((id) => [id, observations.get(`simulator:${id}${fault}`)!]);
};

describe("every cloud, simulated", () => {
  it("answers in its own wire, and is read without a complaint", async () => {
    for (const [id, observation] of await askedWith("")) {
      const { outcome, failure, flags, usage, request, server, stamps } = observation;
      // Replicate does not say why a text ended.
      const due = id === "replicate" ? ["no_finish"] : [];
      expect({ outcome, failure, flags: flags.filter((flag) => flag !== "coalesced") }, id).toEqual({
        outcome: "completed",
        failure: null,
        flags: due,
      });
      expect(usage?.output, id).toBe(12);
      expect(request.signingUs, id).not.toBeNull();
      const record = simulator.ledger().findLast(({ profile }) => profile === `cloud.${id}`)!;
      // From the first exchange on, however many there were: the server's clock began when it had read that one.
      expect((stamps.firstContent! - stamps.sent!) * 1000, id).toBeGreaterThan(record.firstContent! - 1e6);
      expect(server?.ttftMs ?? 0, id).toBeLessThan((stamps.firstContent! - stamps.sent!) / 1000 + 1);
      expect(record.promptTokens, id).toBe(usage!.input);
    }
  });

  it.each([
    ["@http-401", "auth"],
    ["@http-404", "not-found"],
    ["@http-429", "rate-limited"],
    ["@http-503", "overloaded"],
    ["@refuse-400", "bad-request"],
  ] as const)("that fails with %s is %s", async (fault, kind) => {
    for (const [id, { outcome, failure }] of await askedWith(fault)) {
      // These two, as they are played, take a request on before they refuse it.
      const where = ["nvidia", "replicate"].includes(id) ? "stream" : "headers";
      expect([id, outcome, failure?.kind, failure?.where]).toEqual([id, "failed", kind, where]);
    }
  });

  it.each([
    ["@error-event", ["server-error"]],
    ["@cut", ["truncated", "network"]],
    ["@html-200", ["protocol"]],
    ["@reset", ["network"]],
  ] as const)("that fails with %s is a named failure", async (fault, kinds) => {
    for (const [id, { outcome, failure }] of await askedWith(fault)) {
      expect([id, outcome], failure?.kind).toEqual([id, "failed"]);
      expect(kinds, id).toContain(failure!.kind);
    }
  });

  it("that echoes another model is found out, where it echoes at all", async () => {
    for (const [id, { flags, modelEchoed }] of await askedWith("@other-model")) {
      expect([id, flags.includes("model_differs")]).toEqual([id, modelEchoed !== null]);
    }
  });
});

/** A contender whose signed requests are changed on their way. */
function tampered(contender: Contender, change: (signed: HttpRequest) => HttpRequest): Contender {
  return {
    ...contender,
    authorize: async (plain) => {
      const signed = await contender.authorize(plain);
      return signed.ok ? { ...signed, request: change(signed.request) } : signed;
    },
  };
}

const refusalOf = async (contender: Contender): Promise<readonly (string | number | null | undefined)[]> => {
  const failure = (await askEach([contender])).get(contender.target.id)!.failure;
  return [failure?.kind, failure?.status, failure?.code];
};
const withHeader = (name: string, value: (before: string) => string) => (signed: HttpRequest) => ({
  ...signed,
  headers: { ...signed.headers, [name]: value(signed.headers[name] ?? "") },
});

describe("a simulated cloud turns away", () => {
  const FORGED = ["auth", 403, "InvalidSignatureException"];

  it.each([
    ["another body", (signed: HttpRequest) => ({ ...signed, body: `${signed.body} ` }), FORGED],
    ["another path", (signed: HttpRequest) => ({ ...signed, url: signed.url.replace("405b", "70b") }), FORGED],
    ["another header", withHeader("content-type", () => "application/json; charset=utf-8"), FORGED],
    ["another day", withHeader("x-amz-date", (at) => at.replace("T", "T1").slice(0, 15) + "Z"), null],
    ["another region", withHeader("authorization", (text) => text.replace("us-west-2", "eu-west-1")), FORGED],
    ["no day", withHeader("x-amz-date", () => ""), null],
    ["no signature", withHeader("authorization", () => ""), null],
  ] as const)("AWS: what was signed, with %s", async (_what, change, due) => {
    const refused = await refusalOf(tampered(await cloud("bedrock"), change));
    expect(refused.slice(0, 2)).toEqual(["auth", 403]);
    if (due !== null) expect(refused).toEqual(due);
  });

  it("AWS: a region that is not the one of its address", async () => {
    const contender = await cloud("bedrock");
    const there = contender.target.baseUrl.replace("us-west-2", "us-east-2");
    const target = { ...contender.target, baseUrl: there };
    expect(await refusalOf({ ...contender, target })).toEqual(FORGED);
  });

  it.each([
    ["another body", (signed: HttpRequest) => ({ ...signed, body: `${signed.body} ` })],
    ["another digest of it", withHeader("x-content-sha256", () => "AAAA")],
    ["another day", withHeader("date", () => "Mon, 23 Nov 2026 18:00:00 GMT")],
    ["another account", withHeader("authorization", (text) => text.replace("ocid1.user", "ocid1.other"))],
    ["no signature", withHeader("authorization", () => "")],
  ] as const)("OCI: what was signed, with %s", async (_what, change) => {
    expect(await refusalOf(tampered(await cloud("oci"), change))).toEqual(["auth", 401, "NotAuthenticated"]);
  });

  it("a token that is another service's", async () => {
    const vertex = await cloud("vertex");
    const watsonx = await cloud("watsonx");
    expect(await refusalOf({ ...watsonx, authorize: vertex.authorize })).toEqual([
      "auth",
      401,
      "authentication_token_not_valid",
    ]);
    expect((await refusalOf({ ...vertex, authorize: watsonx.authorize })).slice(0, 2)).toEqual(["auth", 401]);
  });

  it("Replicate: a key where it has no business", async () => {
    const { target } = await cloud("replicate");
    const created = await call(target.baseUrl + target.endpoint.replace("{modelId}", target.modelId), {
      body: JSON.stringify({ stream: true, input: { prompt: "Hi", max_tokens: 4 } }),
      headers: { authorization: "Bearer simulator-replicate-token", "content-type": "application/json" },
    });
    const { urls } = JSON.parse(created.text) as { urls: { stream: string } };
    expect(new URL(urls.stream).origin).not.toBe(new URL(target.baseUrl).origin);
    const told = await call(urls.stream, {
      method: "GET",
      headers: { authorization: "Bearer simulator-replicate-token" },
    });
    expect([told.status, told.text]).toEqual([400, expect.stringContaining("without a key")]);
  });

  it("what it does not have: another address, another id, another fault", async () => {
    const at = (path: string) => call(`${simulator.url}${path}`, { body: "{}" });
    expect((await at("/cloud.bedrock/bedrock-runtime.us-west-2.amazonaws.com/model/m/invoke")).status).toBe(404);
    expect((await at("/cloud.bedrock/bedrock.example/model/m/converse-stream")).status).toBe(404);
    expect((await at("/cloud.bedrock@no-such-fault/localhost/api/chat")).status).toBe(404);
    const other = await call(`${simulator.url}/cloud.replicate/api.replicate.com/v1/predictions/0-0`, {
      method: "GET",
    });
    expect(other.status).toBe(404);
  });
});

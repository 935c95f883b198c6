import { describe, expect, it } from "vitest";
import { makeTarget, UNSET } from "../../src/cli/make-target.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { loadModule } from "../../src/registry.ts";

/* Tiers and cross-region profiles are targets of their own: another id, price, region or member of the request. */

const MODEL = "llama-3.1-405b-instruct";

async function asked(provider: string, tier: string | null, region: string | null = null) {
  const target = await makeTarget({ ...UNSET, id: "t", provider, model: MODEL, tier, region }, null, {});
  const { baseUrl, endpoint, modelId, parameters } = target;
  const call = { baseUrl, endpoint, modelId, parameters, maxOutputTokens: 8, extraBody: {} };
  const request = (await loadModule(provider, null))
    .wire(target)
    .request({ ...call, messages: [{ role: "user", content: "Hi" }] });
  return { target, request, body: JSON.parse(request.body!) as Readonly<Record<string, unknown>> };
}

describe("a tier of Bedrock", () => {
  it.each([
    [null, "us-west-2", "meta.llama3-1-405b-instruct-v1%3A0", 2.4],
    ["cross-region", "us-west-2", "us.meta.llama3-1-405b-instruct-v1%3A0", 2.4],
    ["latency-optimised", "us-east-2", "us.meta.llama3-1-405b-instruct-v1%3A0", 3],
    ["priority", "us-west-2", "meta.llama3-1-405b-instruct-v1%3A0", null],
  ])("%s has its own address and price", async (tier, region, id, usd) => {
    for (const [provider, route] of [
      ["bedrock", "converse-stream"],
      ["bedrock-invoke", "invoke-with-response-stream"],
    ] as const) {
      const { target, request } = await asked(provider, tier);
      expect(request.url).toBe(`https://bedrock-runtime.${region}.amazonaws.com/model/${id}/${route}`);
      expect(target.region).toBe(region);
      expect(target.price.kind === "tokens" ? target.price.outputUsdPerMtok : null).toBe(usd);
      // Nobody has said what a tier costs in a batch.
      expect(target.price.kind === "tokens" && target.price.batch !== null).toBe(usd === 2.4);
    }
  });

  it.each([
    [null, {}, {}],
    ["cross-region", {}, {}],
    [
      "latency-optimised",
      { performanceConfig: { latency: "optimized" } },
      { "x-amzn-bedrock-performanceconfig-latency": "optimized" },
    ],
    ["priority", { serviceTier: { type: "priority" } }, { "x-amzn-bedrock-service-tier": "priority" }],
    ["flex", { serviceTier: { type: "flex" } }, { "x-amzn-bedrock-service-tier": "flex" }],
  ])("%s is asked for as the service model has it", async (tier, members, headers) => {
    const { performanceConfig, serviceTier } = (await asked("bedrock", tier)).body;
    expect(JSON.parse(JSON.stringify({ performanceConfig, serviceTier }))).toEqual(members);
    const sent = Object.entries((await asked("bedrock-invoke", tier)).request.headers);
    expect(Object.fromEntries(sent.filter(([name]) => /performanceconfig|service-tier/.test(name)))).toEqual(headers);
  });

  it("goes to the region that the user names", async () => {
    expect((await asked("bedrock", "latency-optimised", "us-east-1")).request.url).toMatch(
      /bedrock-runtime\.us-east-1\./,
    );
  });

  it("that does not exist is refused with those that do", async () => {
    const refused = asked("bedrock", "turbo");
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/cross-region, latency-optimised, priority, flex/);
  });
});

import { expect, it } from "vitest";
import { bedrockConverse } from "../../src/protocol/bedrock-converse.ts";

it("Converse keeps its output limit beside a user's own settings, which stand in the same object", () => {
  const { body } = bedrockConverse({ serviceTier: { type: "flex" } }).request({
    baseUrl: "https://bedrock-runtime.us-east-2.amazonaws.com",
    endpoint: "/model/{modelId}/converse-stream",
    modelId: "m",
    messages: [{ role: "user", content: "Hi" }],
    maxOutputTokens: 16,
    extraBody: { inferenceConfig: { temperature: 0 } },
    parameters: {},
  });
  expect(JSON.parse(body!)).toMatchObject({
    serviceTier: { type: "flex" },
    inferenceConfig: { temperature: 0, maxTokens: 16 },
  });
});

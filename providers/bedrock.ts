import {
  awsSignIn,
  bedrockConverse,
  NO_PRICE,
  perMtok,
  providerFacts,
  type JsonObject,
  type ProviderModule,
} from "../src/kit.ts";

const PRICES = "AWS price list, US East (Ohio), as reproduced in public repositories; anomalyco/models.dev, history";

/** Members of the body by tier, as the service model names them. */
const TIERS: Readonly<Record<string, JsonObject>> = {
  "latency-optimised": { performanceConfig: { latency: "optimized" } },
  priority: { serviceTier: { type: "priority" } },
  flex: { serviceTier: { type: "flex" } },
};

export default {
  facts: providerFacts({
    id: "bedrock",
    name: "AWS Bedrock, ConverseStream",
    kind: "cloud",
    baseUrl: "https://bedrock-runtime.{region}.amazonaws.com",
    endpoint: "/model/{modelId}/converse-stream",
    signIn: {
      scheme: "code",
      title: "a Bedrock API key, or AWS Signature Version 4 with keys from variables or a profile",
      env: [
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
      ],
    },
    dialect: { usage: "default", terminator: "end-of-body", errors: "message" },
    regions: ["us-west-2", "us-east-2"],
    proof: {
      kind: "published",
      date: "2026-08",
      source: "service model of boto/botocore@0e6e240; decoded events of vercel/ai@ed857f5",
    },
    notes: [
      "Events carry a padding member of random length: bytes per event say nothing about text. Several words may share one event.",
      "Neither Retry-After nor rate-limit headers are documented.",
      "Errors 408 and 424 are the model's, not the request's.",
      "The newer OpenAI-style endpoint does not serve this model.",
      "Batch jobs over files, answered within hours, ran in us-west-2 and us-east-1.",
    ],
    sources: [
      "boto/botocore@0e6e240, botocore/data/bedrock-runtime/2023-09-30/service-2.json",
      "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html",
    ],
    models: {
      "llama-3.1-405b-instruct": {
        id: "meta.llama3-1-405b-instruct-v1:0",
        status: "retired",
        statusNote: "end of life by the AWS model card; gone from models.dev on 2026-05-09",
        retiredOn: "2026-07-07",
        price: { ...perMtok(2.4, 2.4, "2026-05", PRICES), batch: { inputUsdPerMtok: 1.2, outputUsdPerMtok: 1.2 } },
        otherPrices: [
          perMtok(
            5.32,
            16,
            "2026-07-24",
            "LiteLLM price map, RoCry/llm-api-price@8442b93, which kept the launch price of 2024",
          ),
        ],
        tiers: {
          "cross-region": {
            id: "us.meta.llama3-1-405b-instruct-v1:0",
            note: "inference profile over regions of the USA",
          },
          "latency-optimised": {
            id: "us.meta.llama3-1-405b-instruct-v1:0",
            price: perMtok(3, 3, "2026-05", PRICES),
            regions: ["us-east-2"],
          },
          priority: { price: NO_PRICE },
          flex: { price: NO_PRICE },
        },
        contextTokens: 128_000,
        maxOutputTokens: 4096,
        source: "AWS model card",
      },
      "llama-3.1-70b-instruct": {
        id: "meta.llama3-1-70b-instruct-v1:0",
        price: perMtok(0.72, 0.72, "2026-05", PRICES),
        tiers: {
          "cross-region": { id: "us.meta.llama3-1-70b-instruct-v1:0" },
          "latency-optimised": {
            id: "us.meta.llama3-1-70b-instruct-v1:0",
            price: perMtok(0.9, 0.9, "2026-05", PRICES),
          },
        },
        contextTokens: 128_000,
        source: PRICES,
      },
      "llama-3.1-8b-instruct": {
        id: "meta.llama3-1-8b-instruct-v1:0",
        status: "unverified",
        statusNote: "still listed in the middle of 2026",
        price: perMtok(0.22, 0.22, "2026-05", PRICES),
        tiers: { "cross-region": { id: "us.meta.llama3-1-8b-instruct-v1:0" } },
        contextTokens: 128_000,
        source: PRICES,
      },
    },
  }),
  wire: ({ tier }) => bedrockConverse(TIERS[tier ?? ""] ?? {}),
  signIn: ({ region, apiKeyEnv }, variables, tools) =>
    awsSignIn({ service: "bedrock", region: region ?? "us-west-2", apiKeyEnv }, variables, tools),
} satisfies ProviderModule;

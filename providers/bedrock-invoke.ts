import { awsSignIn, bedrockInvoke, NO_PRICE, perMtok, providerFacts, type ProviderModule } from "../src/kit.ts";

const PRICES = "AWS price list, US East (Ohio), as reproduced in public repositories; anomalyco/models.dev, history";

/** Headers by tier, as the service model names them. */
const TIERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "latency-optimised": { "x-amzn-bedrock-performanceconfig-latency": "optimized" },
  priority: { "x-amzn-bedrock-service-tier": "priority" },
  flex: { "x-amzn-bedrock-service-tier": "flex" },
};

export default {
  facts: providerFacts({
    id: "bedrock-invoke",
    name: "AWS Bedrock, InvokeModelWithResponseStream",
    kind: "cloud",
    baseUrl: "https://bedrock-runtime.{region}.amazonaws.com",
    endpoint: "/model/{modelId}/invoke-with-response-stream",
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
    dialect: { usage: "every-chunk", terminator: "end-of-body", errors: "message" },
    regions: ["us-west-2", "us-east-2"],
    proof: {
      kind: "published",
      date: "2026-08",
      source: "service model of boto/botocore@0e6e240; members of the chunks by AWS's description of Llama models",
    },
    notes: [
      "The last chunk tells the server's own time to first byte and in all: the cross-check of what the client measures.",
      "The prompt is bare text with the header tokens of Llama 3, written by the client.",
      "max_gen_len is 2048 at most.",
      "Batch jobs over files, answered within hours, ran in us-west-2 and us-east-1.",
    ],
    sources: [
      "boto/botocore@0e6e240, botocore/data/bedrock-runtime/2023-09-30/service-2.json",
      "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html",
    ],
    models: {
      "llama-3.1-405b-instruct": {
        id: "meta.llama3-1-405b-instruct-v1:0",
        status: "retired",
        statusNote: "end of life by the AWS model card",
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
          "cross-region": { id: "us.meta.llama3-1-405b-instruct-v1:0" },
          "latency-optimised": {
            id: "us.meta.llama3-1-405b-instruct-v1:0",
            price: perMtok(3, 3, "2026-05", PRICES),
            regions: ["us-east-2"],
          },
          priority: { price: NO_PRICE },
          flex: { price: NO_PRICE },
        },
        contextTokens: 128_000,
        maxOutputTokens: 2048,
        source: "AWS model card",
      },
      "llama-3.1-70b-instruct": {
        id: "meta.llama3-1-70b-instruct-v1:0",
        price: perMtok(0.72, 0.72, "2026-05", PRICES),
        maxOutputTokens: 2048,
        source: PRICES,
      },
      "llama-3.1-8b-instruct": {
        id: "meta.llama3-1-8b-instruct-v1:0",
        status: "unverified",
        statusNote: "still listed in the middle of 2026",
        price: perMtok(0.22, 0.22, "2026-05", PRICES),
        maxOutputTokens: 2048,
        source: PRICES,
      },
    },
  }),
  wire: ({ tier }) => bedrockInvoke({ body: {}, headers: TIERS[tier ?? ""] ?? {} }),
  signIn: ({ region, apiKeyEnv }, variables, tools) =>
    awsSignIn({ service: "bedrock", region: region ?? "us-west-2", apiKeyEnv }, variables, tools),
} satisfies ProviderModule;

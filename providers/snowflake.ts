import { openaiChat, perMtok, providerFacts, snowflakeSignIn, type ProviderModule } from "../src/kit.ts";

const LITELLM = "LiteLLM price map, RoCry/llm-api-price@8442b93: Snowflake bills credits, so of low confidence";

const facts = providerFacts({
  id: "snowflake",
  name: "Snowflake Cortex",
  kind: "cloud",
  baseUrl: "https://{account}.snowflakecomputing.com/api/v2/cortex",
  endpoint: "/v1/chat/completions",
  parameters: {
    account: {
      title: "account identifier, such as myorg-account1",
      env: ["SNOWFLAKE_ACCOUNT", "SNOWFLAKE_ACCOUNT_ID"],
      standard: null,
    },
  },
  signIn: {
    scheme: "code",
    title: "a programmatic access token, or a token signed with the user's key",
    env: ["SNOWFLAKE_PAT", "SNOWFLAKE_CORTEX_PAT", "SNOWFLAKE_JWT", "SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY_PATH"],
  },
  dialect: { maxTokensField: "max_completion_tokens" },
  proof: { kind: "constructed", date: null, source: "the OpenAI dialect, by Snowflake's documentation" },
  notes: [
    "Ignores n, presence_penalty, logprobs, stop and logit_bias; stops after 4096 tokens unless told otherwise.",
    "snowflake-llama-3.1-405b was a variant of its own with a context of 8,000 tokens.",
    "The older address /inference:complete streams without a terminator.",
  ],
  sources: ["https://docs.snowflake.com/en/developer-guide/sql-api/authenticating", LITELLM],
  models: {
    "llama-3.1-405b-instruct": {
      id: "llama3.1-405b",
      status: "retired",
      statusNote: "behaviour change notice 2348; an earlier version of it said 2026-06-30",
      retiredOn: "2026-07-10",
      price: perMtok(1.2, 1.2, "2026-06-06", LITELLM),
      contextTokens: 128_000,
      maxOutputTokens: 16_384,
      source: "Snowflake's behaviour change notice 2348",
    },
    "llama-3.1-70b-instruct": {
      id: "llama3.1-70b",
      price: perMtok(0.72, 0.72, "2026-06-06", LITELLM),
      source: LITELLM,
    },
    "llama-3.1-8b-instruct": { id: "llama3.1-8b", price: perMtok(0.24, 0.24, "2026-06-06", LITELLM), source: LITELLM },
  },
});

export default {
  facts,
  wire: () => openaiChat(facts.dialect),
  signIn: ({ parameters: { account }, apiKeyEnv }, variables, tools) =>
    snowflakeSignIn(account ?? "", apiKeyEnv, variables, tools),
} satisfies ProviderModule;

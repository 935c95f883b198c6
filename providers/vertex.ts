import { googleSignIn, openaiChat, perMtok, providerFacts, type ProviderModule } from "../src/kit.ts";

const LITELLM = "LiteLLM price map, RoCry/llm-api-price@8442b93";
const PORTKEY = "Portkey-AI/models@f654307, cents per token times 10^4";

const facts = providerFacts({
  id: "vertex",
  name: "Google Vertex AI, models as a service",
  kind: "cloud",
  baseUrl: "https://{region}-aiplatform.googleapis.com/v1/projects/{project}/locations/{region}/endpoints/openapi",
  parameters: {
    project: {
      title: "Google Cloud project id",
      env: ["GOOGLE_CLOUD_PROJECT", "VERTEXAI_PROJECT", "GOOGLE_VERTEX_PROJECT"],
      standard: null,
    },
  },
  signIn: {
    scheme: "code",
    title: "application default credentials: a service account's file, or gcloud's login",
    env: ["GOOGLE_APPLICATION_CREDENTIALS"],
  },
  dialect: { errors: "google" },
  regions: ["us-central1"],
  proof: { kind: "constructed", date: null, source: "the OpenAI dialect over Google's address and sign-in" },
  notes: [
    "A quota above the limit answers 429 RESOURCE_EXHAUSTED, without rate-limit headers.",
    "An access token lives an hour.",
    "The preview of 2024 had the id meta/llama3-405b-instruct-maas. Deploying it oneself from the Model Garden remains.",
  ],
  sources: [LITELLM, PORTKEY, "https://cloud.google.com/vertex-ai/generative-ai/docs"],
  models: {
    "llama-3.1-405b-instruct": {
      id: "meta/llama-3.1-405b-instruct-maas",
      status: "delisted",
      statusNote: "absent from an inventory of Vertex's open models of 2026-09-19; the day was not found",
      price: { ...perMtok(5, 16, "2026-08", PORTKEY), batch: { inputUsdPerMtok: 2.5, outputUsdPerMtok: 8 } },
      otherPrices: [perMtok(5, 16, "2026-07-24", LITELLM)],
      contextTokens: 128_000,
      maxOutputTokens: 2048,
      source: LITELLM,
    },
    "llama-3.1-70b-instruct": { id: "meta/llama-3.1-70b-instruct-maas" },
    "llama-3.1-8b-instruct": { id: "meta/llama-3.1-8b-instruct-maas" },
  },
});

export default {
  facts,
  wire: () => openaiChat(facts.dialect),
  signIn: (_target, variables, tools) => googleSignIn(variables, tools),
} satisfies ProviderModule;

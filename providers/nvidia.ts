import { nvidiaChat, providerFacts, statedSignIn, type ProviderModule } from "../src/kit.ts";

const CREDITS = { kind: "unknown", reason: "none published: trial credits only" } as const;
const MODELS_DEV = "anomalyco/models.dev@f3fc692";

const facts = providerFacts({
  id: "nvidia",
  name: "NVIDIA API catalogue",
  kind: "seller",
  baseUrl: "https://integrate.api.nvidia.com/v1",
  parameters: {
    status: {
      title: "address at which a request that waits is asked for",
      env: [],
      standard: "https://api.nvcf.nvidia.com/v2/nvcf/pexec/status",
    },
  },
  signIn: {
    scheme: "bearer",
    env: ["NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"],
    optional: false,
    keyHeader: null,
    clientCredentials: null,
  },
  dialect: { usage: "asked" },
  proof: { kind: "constructed", date: null, source: "vLLM's stream, which the catalogue's models speak" },
  notes: [
    "A busy model may answer 202 with the header NVCF-REQID; the answer is then asked for at another address. The waiting is part of the call.",
    "Trial credits, no price per token; keys begin with nvapi-.",
    "An id meta/llama-3.1-405b-instruct-turbo existed in 2024-10.",
  ],
  sources: ["https://docs.api.nvidia.com", MODELS_DEV],
  models: {
    "llama-3.1-405b-instruct": {
      id: "meta/llama-3.1-405b-instruct",
      aliases: ["meta/llama-3.1-405b-instruct-turbo"],
      status: "delisted",
      statusNote: "removed from models.dev by a sync with the catalogue on 2026-05-03; the container stays available",
      price: CREDITS,
      contextTokens: 128_000,
      maxOutputTokens: 4096,
      source: "anomalyco/models.dev, history",
    },
    "llama-3.1-70b-instruct": {
      id: "meta/llama-3.1-70b-instruct",
      status: "unverified",
      lastSeen: "2026-07-02",
      price: CREDITS,
      contextTokens: 128_000,
      maxOutputTokens: 4096,
      source: MODELS_DEV,
    },
    "llama-3.1-8b-instruct": {
      id: "meta/llama-3.1-8b-instruct",
      status: "unverified",
      lastSeen: "2026-07-02",
      price: CREDITS,
      contextTokens: 16_000,
      maxOutputTokens: 4096,
      source: MODELS_DEV,
    },
    "llama-3.3-70b-instruct": {
      id: "meta/llama-3.3-70b-instruct",
      status: "unverified",
      lastSeen: "2026-07-02",
      price: CREDITS,
      contextTokens: 128_000,
      maxOutputTokens: 4096,
      source: MODELS_DEV,
    },
  },
});

export default {
  facts,
  wire: ({ parameters: { status } }) => nvidiaChat(facts.dialect, status ?? ""),
  signIn: async (target, variables, tools) => statedSignIn(facts.signIn, target, variables, tools),
} satisfies ProviderModule;

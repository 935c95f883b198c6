import { perMtok, providerFacts, REPLICATE, statedSignIn, type ProviderModule } from "../src/kit.ts";

const facts = providerFacts({
  id: "replicate",
  name: "Replicate",
  kind: "seller",
  baseUrl: "https://api.replicate.com/v1",
  endpoint: "/models/{modelId}/predictions",
  signIn: {
    scheme: "bearer",
    env: ["REPLICATE_API_TOKEN", "REPLICATE_API_KEY"],
    optional: false,
    keyHeader: null,
    clientCredentials: null,
  },
  dialect: { usage: "never", errors: "fastapi" },
  proof: {
    kind: "published",
    date: null,
    source: "streams in the tests of replicate/replicate-javascript; Replicate's HTTP reference",
  },
  notes: [
    "A call is two exchanges: a prediction is created, then its answer is streamed from another address. Both are in the time to first token.",
    "Events are bare text without a finish reason; counts come from the record of the prediction, asked for after the answer.",
    "No public Llama 3.1 8B or 70B: the drafts here are Llama 3.",
  ],
  sources: ["replicate/replicate-javascript", "https://replicate.com/docs/reference/http"],
  models: {
    "llama-3.1-405b-instruct": {
      id: "meta/meta-llama-3.1-405b-instruct",
      status: "delisted",
      statusNote: "an audit of 2026 got 404 for its page",
      price: perMtok(9.5, 9.5, null, "price table in a public one-api fork, without a date"),
      source: "replicate/replicate-javascript",
    },
    "llama-3-70b-instruct": { id: "meta/meta-llama-3-70b-instruct" },
    "llama-3-8b-instruct": { id: "meta/meta-llama-3-8b-instruct" },
  },
});

export default {
  facts,
  wire: () => REPLICATE,
  signIn: async (target, variables, tools) => statedSignIn(facts.signIn, target, variables, tools),
} satisfies ProviderModule;

import { ollamaChat, providerFacts, statedSignIn, type ProviderModule } from "../src/kit.ts";

const OWN = { kind: "unknown", reason: "self-hosted: state your price per hour" } as const;

const facts = providerFacts({
  id: "ollama",
  name: "Ollama, its own chat route",
  kind: "engine",
  baseUrl: "http://localhost:11434",
  endpoint: "/api/chat",
  parameters: {
    context: {
      title: "room for prompt and answer in tokens (num_ctx); changing it loads the model anew",
      env: ["OLLAMA_CONTEXT_LENGTH"],
      standard: "16384",
    },
  },
  signIn: { scheme: "bearer", env: ["OLLAMA_API_KEY"], optional: true, keyHeader: null, clientCredentials: null },
  dialect: { usage: "default", errors: "object-error", echo: "same" },
  proof: { kind: "published", date: "2026-08", source: "ollama/ollama, docs/api.md and api/types.go of 2026-08-21" },
  notes: [
    "Each line carries the server's clock; the last one the times of loading, prompt and answer.",
    "Loading the model is part of the first request: warm it up.",
  ],
  sources: ["ollama/ollama, docs/api.md"],
  models: {
    "llama-3.1-405b-instruct": { id: "llama3.1:405b", status: "self-hosted", price: OWN },
    "llama-3.1-70b-instruct": { id: "llama3.1:70b", status: "self-hosted", price: OWN },
    "llama-3.1-8b-instruct": { id: "llama3.1:8b", status: "self-hosted", price: OWN },
  },
});

export default {
  facts,
  wire: ({ parameters: { context } }) => ollamaChat(Number(context ?? 0)),
  signIn: async (target, variables, tools) => {
    const signIn = statedSignIn(facts.signIn, target, variables, tools);
    if (/^[1-9]\d{0,6}$/.test(target.parameters["context"] ?? "")) return signIn;
    const problem = "parameters.context (OLLAMA_CONTEXT_LENGTH) must be a number of tokens, such as 16384";
    return { ok: false, problems: [...(signIn.ok ? [] : signIn.problems), problem] };
  },
} satisfies ProviderModule;

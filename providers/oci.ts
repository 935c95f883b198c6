import { ociChat, ociSignIn, perMtok, providerFacts, type ProviderModule } from "../src/kit.ts";

const LITELLM =
  "LiteLLM price map, RoCry/llm-api-price@8442b93: Oracle bills characters, converted at about four a token";

export default {
  facts: providerFacts({
    id: "oci",
    name: "Oracle OCI Generative AI",
    kind: "cloud",
    baseUrl: "https://inference.generativeai.{region}.oci.oraclecloud.com",
    endpoint: "/20231130/actions/chat",
    parameters: {
      compartment: { title: "OCID of the compartment that is billed", env: ["OCI_COMPARTMENT_ID"], standard: null },
    },
    signIn: {
      scheme: "code",
      title: "request signing with the API key of a profile in ~/.oci/config",
      env: ["OCI_CONFIG_FILE", "OCI_CONFIG_PROFILE"],
    },
    dialect: { usage: "asked", terminator: "unknown", errors: "message" },
    regions: ["us-chicago-1"],
    proof: {
      kind: "published",
      date: null,
      source: "oracle/langchain-oracle and oracle/oci-typescript-sdk: members of the events, form of the signature",
    },
    notes: [
      "Bills per 10,000 characters of prompt and answer: a price per token is a conversion.",
      "On demand only in us-chicago-1; other regions have dedicated clusters, and the FP8 weights can be imported on eight H100.",
      "Throttling depends on the load and is not documented.",
      "The headers model-deprecation-info and model-retirement-info announce the end of a model.",
    ],
    sources: [
      "https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm",
      "oracle/langchain-oracle",
      "oracle/oci-typescript-sdk",
    ],
    models: {
      "llama-3.1-405b-instruct": {
        id: "meta.llama-3.1-405b-instruct",
        status: "delisted",
        statusNote: "listed as retired for dedicated clusters in 2026; the day of the end on demand was not found",
        price: perMtok(10.68, 10.68, "2026-07-24", LITELLM),
        contextTokens: 128_000,
        maxOutputTokens: 4000,
        source: LITELLM,
      },
      "llama-3.1-70b-instruct": {
        id: "meta.llama-3.1-70b-instruct",
        price: perMtok(0.72, 0.72, "2026-07-24", LITELLM),
        source: LITELLM,
      },
      "llama-3.1-8b-instruct": {
        id: "meta.llama-3.1-8b-instruct",
        price: perMtok(0.72, 0.72, "2026-07-24", LITELLM),
        source: LITELLM,
      },
    },
  }),
  wire: ({ parameters: { compartment } }) => ociChat(compartment ?? ""),
  signIn: (_target, variables, tools) => ociSignIn(variables, tools),
} satisfies ProviderModule;

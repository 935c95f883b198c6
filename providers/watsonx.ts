import { ibmSignIn, providerFacts, watsonxChat, type ProviderModule } from "../src/kit.ts";

const facts = providerFacts({
  id: "watsonx",
  name: "IBM watsonx.ai",
  kind: "cloud",
  baseUrl: "https://{region}.ml.cloud.ibm.com",
  endpoint: "/ml/v1/text/chat_stream",
  parameters: {
    project: {
      title: "watsonx project id",
      env: ["WATSONX_PROJECT_ID", "WATSONX_AI_PROJECT_ID"],
      standard: "",
    },
    space: {
      title: "watsonx deployment space id, in the place of a project",
      env: ["WATSONX_DEPLOYMENT_SPACE_ID", "WATSONX_SPACE_ID"],
      standard: "",
    },
    version: { title: "day of the API's version", env: [], standard: "2025-04-23" },
    iam: { title: "address of IBM's token service", env: [], standard: "https://iam.cloud.ibm.com" },
  },
  signIn: {
    scheme: "code",
    title: "an IBM Cloud API key, exchanged for a token, or a token",
    env: ["WATSONX_APIKEY", "WATSONX_API_KEY", "WATSONX_AI_APIKEY", "WATSONX_TOKEN"],
  },
  dialect: { usage: "default", terminator: "end-of-body" },
  regions: ["us-south", "eu-de", "eu-gb", "jp-tok", "au-syd", "ca-tor"],
  proof: {
    kind: "published",
    date: "2025-06",
    source: "events in the tests of IBM/watsonx-ai-java-sdk, recorded 2025-06-12",
  },
  notes: [
    "The path chooses the stream, no member of the body does.",
    "A plan limits requests per second; headers that tell it were not found.",
    "Dedicated deployments have the id llama-3-1-405b-instruct-fp8.",
  ],
  sources: ["IBM/watsonx-ai-java-sdk", "IBM/node-sdk-core"],
  models: {
    "llama-3.1-405b-instruct": {
      id: "meta-llama/llama-3-405b-instruct",
      statusNote: "neither a current listing nor a day of retirement was found",
    },
    "llama-3.1-70b-instruct": { id: "meta-llama/llama-3-1-70b-instruct" },
    "llama-3.1-8b-instruct": { id: "meta-llama/llama-3-1-8b-instruct" },
  },
});

export default {
  facts,
  wire: ({ parameters: { project, space, version } }) =>
    watsonxChat(
      facts.dialect,
      (project ?? "") === "" ? { space_id: space ?? "" } : { project_id: project! },
      version ?? "",
    ),
  signIn: async ({ parameters: { project, space, iam }, apiKeyEnv }, variables, tools) => {
    const signIn = ibmSignIn(iam ?? "", apiKeyEnv, variables, tools);
    if ((project ?? "") !== "" || (space ?? "") !== "") return signIn;
    const problem =
      "neither project nor space: set WATSONX_PROJECT_ID, or put it into herdbench.json as parameters.project";
    return { ok: false, problems: [...(signIn.ok ? [] : signIn.problems), problem] };
  },
} satisfies ProviderModule;

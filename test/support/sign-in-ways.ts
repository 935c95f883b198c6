import { ACCOUNTS, type Planted } from "../../src/simulator/planted.ts";
import { AUDIENCES } from "../../src/simulator/token-endpoints.ts";
import { rsaPair } from "./sign-in.ts";

type Variables = Readonly<Record<string, string>>;

/** A way of signing in to a provider. */
export interface Way {
  readonly provider: string;
  readonly by: string;
  /** Credentials from the planted ones. */
  readonly right: (planted: Planted) => Variables;
  /** What is wrong about the wrong ones, in variables and files. */
  readonly wrong: Variables;
  readonly wrongFiles?: Readonly<Record<string, string>>;
  /** The audience of its tokens at the simulator; null for what is no token of a service. */
  readonly audience: string | null;
  /** Signed or dated by our own clock. */
  readonly isDated: boolean;
}

const OTHER_KEY = rsaPair().pem;
const only =
  (...names: string[]) =>
  (planted: Planted): Variables =>
    Object.fromEntries(names.map((name) => [name, planted.variables[name]!]));
const fixed = (values: Variables) => (): Variables => values;

export const WAYS: readonly Way[] = [
  ...["bedrock", "bedrock-invoke"].flatMap((provider): Way[] => [
    {
      provider,
      by: "SigV4, static key",
      right: only("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
      wrong: { AWS_SECRET_ACCESS_KEY: "wrong" },
      audience: null,
      isDated: true,
    },
    {
      provider,
      by: "SigV4, session",
      right: fixed({
        AWS_ACCESS_KEY_ID: ACCOUNTS.awsSession.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ACCOUNTS.awsSession.secretAccessKey,
        AWS_SESSION_TOKEN: ACCOUNTS.awsSession.sessionToken,
      }),
      wrong: { AWS_SESSION_TOKEN: "wrong" },
      audience: null,
      isDated: true,
    },
    {
      provider,
      by: "Bedrock API key",
      right: fixed({ AWS_BEARER_TOKEN_BEDROCK: ACCOUNTS.bedrockKey }),
      wrong: { AWS_BEARER_TOKEN_BEDROCK: "wrong" },
      audience: null,
      isDated: false,
    },
  ]),
  {
    provider: "vertex",
    by: "service account",
    right: only("GOOGLE_APPLICATION_CREDENTIALS"),
    wrong: {},
    wrongFiles: { "/planted/google.json": OTHER_KEY },
    audience: AUDIENCES.google,
    isDated: true,
  },
  {
    provider: "azure-ai",
    by: "Entra client",
    right: only("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    wrong: { AZURE_CLIENT_SECRET: "wrong" },
    audience: AUDIENCES.azure,
    isDated: false,
  },
  {
    provider: "azure-ai",
    by: "key",
    right: fixed({ AZURE_AI_API_KEY: ACCOUNTS.azureKey }),
    wrong: { AZURE_AI_API_KEY: "wrong" },
    audience: null,
    isDated: false,
  },
  {
    provider: "watsonx",
    by: "IAM exchange",
    right: only("WATSONX_APIKEY"),
    wrong: { WATSONX_APIKEY: "wrong" },
    audience: AUDIENCES.ibm,
    isDated: false,
  },
  {
    provider: "oci",
    by: "request signing",
    right: only("OCI_CONFIG_FILE"),
    wrong: {},
    wrongFiles: { "/planted/oci.pem": OTHER_KEY },
    audience: null,
    isDated: true,
  },
  {
    provider: "snowflake",
    by: "key-pair JWT",
    right: only("SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY_PATH"),
    wrong: {},
    wrongFiles: { "/planted/snowflake.pem": OTHER_KEY },
    audience: null,
    isDated: true,
  },
  {
    provider: "snowflake",
    by: "access token",
    right: fixed({ SNOWFLAKE_PAT: ACCOUNTS.snowflake.accessToken }),
    wrong: { SNOWFLAKE_PAT: "wrong" },
    audience: null,
    isDated: false,
  },
  {
    provider: "databricks",
    by: "OAuth M2M",
    right: only("DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"),
    wrong: { DATABRICKS_CLIENT_SECRET: "wrong" },
    audience: AUDIENCES.databricks,
    isDated: false,
  },
  {
    provider: "databricks",
    by: "access token",
    right: fixed({ DATABRICKS_TOKEN: ACCOUNTS.databricks.accessToken }),
    wrong: { DATABRICKS_TOKEN: "wrong" },
    audience: null,
    isDated: false,
  },
  {
    provider: "replicate",
    by: "token",
    right: only("REPLICATE_API_TOKEN"),
    wrong: { REPLICATE_API_TOKEN: "wrong" },
    audience: null,
    isDated: false,
  },
  {
    provider: "nvidia",
    by: "key",
    right: only("NVIDIA_API_KEY"),
    wrong: { NVIDIA_API_KEY: "wrong" },
    audience: null,
    isDated: false,
  },
];

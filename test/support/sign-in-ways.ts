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
  /** Files of its own beside the planted ones, by path. */
  readonly files?: (planted: Planted) => Variables;
  /** What is wrong about the wrong ones, in variables and files. */
  readonly wrong: Variables;
  readonly wrongFiles?: (planted: Planted) => Variables;
  /** The audience of its tokens at the simulator; null for what is no token of a service. */
  readonly audience: string | null;
  /** Signed or dated by our own clock. */
  readonly isDated: boolean;
  /** What binds it to one service, so that another's is of no use; null for a key that is good wherever it is known. */
  readonly bound: "region" | "host" | "audience" | "account" | null;
}

const OTHER_KEY = rsaPair().pem;
const only =
  (...names: string[]) =>
  (planted: Planted): Variables =>
    Object.fromEntries(names.map((name) => [name, planted.variables[name]!]));
const fixed = (values: Variables) => (): Variables => values;

const AWS_FILE = "/planted/aws-credentials";
const awsProfile = (secret: string): Variables => ({
  [AWS_FILE]: `[bench]\naws_access_key_id = ${ACCOUNTS.aws.accessKeyId}\naws_secret_access_key = ${secret}\n`,
});
const GOOGLE_FILE = "/planted/google.json";
const ADC_FILE = "/planted/adc.json";
const googleUser =
  (refreshToken: string) =>
  ({ files }: Planted): Variables => {
    const { clientId: client_id, clientSecret: client_secret } = ACCOUNTS.google;
    const { token_uri } = JSON.parse(files[GOOGLE_FILE]!) as Variables;
    const user = { type: "authorized_user", client_id, client_secret, refresh_token: refreshToken, token_uri };
    return { [ADC_FILE]: JSON.stringify(user) };
  };

export const WAYS: readonly Way[] = [
  ...["bedrock", "bedrock-invoke"].flatMap((provider): Way[] => [
    {
      provider,
      by: "SigV4, static key",
      right: only("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
      wrong: { AWS_SECRET_ACCESS_KEY: "wrong" },
      audience: null,
      isDated: true,
      bound: "region",
    },
    {
      provider,
      by: "SigV4, profile file",
      right: fixed({ AWS_PROFILE: "bench", AWS_SHARED_CREDENTIALS_FILE: AWS_FILE }),
      files: fixed(awsProfile(ACCOUNTS.aws.secretAccessKey)),
      wrong: {},
      wrongFiles: fixed(awsProfile("wrong")),
      audience: null,
      isDated: true,
      bound: "region",
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
      bound: "region",
    },
    {
      provider,
      by: "Bedrock API key",
      right: fixed({ AWS_BEARER_TOKEN_BEDROCK: ACCOUNTS.bedrockKey }),
      wrong: { AWS_BEARER_TOKEN_BEDROCK: "wrong" },
      audience: null,
      isDated: false,
      bound: null,
    },
  ]),
  {
    provider: "vertex",
    by: "service account",
    right: only("GOOGLE_APPLICATION_CREDENTIALS"),
    wrong: {},
    wrongFiles: ({ files }) => ({
      [GOOGLE_FILE]: JSON.stringify({ ...JSON.parse(files[GOOGLE_FILE]!), private_key: OTHER_KEY }),
    }),
    audience: AUDIENCES.google,
    isDated: true,
    bound: "audience",
  },
  {
    provider: "vertex",
    by: "application default",
    right: fixed({ GOOGLE_APPLICATION_CREDENTIALS: ADC_FILE }),
    files: googleUser(ACCOUNTS.google.refreshToken),
    wrong: {},
    wrongFiles: googleUser("wrong"),
    audience: AUDIENCES.google,
    isDated: false,
    bound: "audience",
  },
  {
    provider: "azure-ai",
    by: "Entra client",
    right: only("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
    wrong: { AZURE_CLIENT_SECRET: "wrong" },
    audience: AUDIENCES.azure,
    isDated: false,
    bound: "audience",
  },
  {
    provider: "azure-ai",
    by: "key",
    right: fixed({ AZURE_AI_API_KEY: ACCOUNTS.azureKey }),
    wrong: { AZURE_AI_API_KEY: "wrong" },
    audience: null,
    isDated: false,
    bound: null,
  },
  {
    provider: "watsonx",
    by: "IAM exchange",
    right: only("WATSONX_APIKEY"),
    wrong: { WATSONX_APIKEY: "wrong" },
    audience: AUDIENCES.ibm,
    isDated: false,
    bound: "audience",
  },
  {
    provider: "oci",
    by: "request signing",
    right: only("OCI_CONFIG_FILE"),
    wrong: {},
    wrongFiles: fixed({ "/planted/oci.pem": OTHER_KEY }),
    audience: null,
    isDated: true,
    bound: "host",
  },
  {
    provider: "snowflake",
    by: "key-pair JWT",
    right: only("SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY_PATH"),
    wrong: {},
    wrongFiles: fixed({ "/planted/snowflake.pem": OTHER_KEY }),
    audience: null,
    isDated: true,
    bound: "account",
  },
  {
    provider: "snowflake",
    by: "access token",
    right: fixed({ SNOWFLAKE_PAT: ACCOUNTS.snowflake.accessToken }),
    wrong: { SNOWFLAKE_PAT: "wrong" },
    audience: null,
    isDated: false,
    bound: null,
  },
  {
    provider: "databricks",
    by: "OAuth M2M",
    right: only("DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"),
    wrong: { DATABRICKS_CLIENT_SECRET: "wrong" },
    audience: AUDIENCES.databricks,
    isDated: false,
    bound: "audience",
  },
  {
    provider: "databricks",
    by: "access token",
    right: fixed({ DATABRICKS_TOKEN: ACCOUNTS.databricks.accessToken }),
    wrong: { DATABRICKS_TOKEN: "wrong" },
    audience: null,
    isDated: false,
    bound: null,
  },
  {
    provider: "replicate",
    by: "token",
    right: only("REPLICATE_API_TOKEN"),
    wrong: { REPLICATE_API_TOKEN: "wrong" },
    audience: null,
    isDated: false,
    bound: null,
  },
  {
    provider: "nvidia",
    by: "key",
    right: only("NVIDIA_API_KEY"),
    wrong: { NVIDIA_API_KEY: "wrong" },
    audience: null,
    isDated: false,
    bound: null,
  },
];

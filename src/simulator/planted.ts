import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";

/**
 * The accounts that the simulated clouds know. Planted and public: they open nothing but this simulator. Where a service
 * signs or is signed to with a key pair, the pair is made when it is first asked for, so no key lies in any file.
 */
export const ACCOUNTS = {
  aws: { accessKeyId: "SIMULATORKEYID", secretAccessKey: "simulator+secret/access=key" },
  awsSession: {
    accessKeyId: "SIMULATORSESSIONID",
    secretAccessKey: "simulator+session/access=key",
    sessionToken: "simulator//session+token==",
  },
  bedrockKey: "simulator-bedrock-api-key",
  google: {
    project: "simulator-project",
    email: "bench@simulator-project.iam.gserviceaccount.com",
    keyId: "5e1f",
    clientId: "simulator-client.apps.googleusercontent.com",
    clientSecret: "simulator-google-client-secret",
    refreshToken: "simulator-google-refresh-token",
  },
  entra: {
    tenant: "5e1f0000-0000-4000-8000-000000000405",
    clientId: "5e1f-client",
    clientSecret: "simulator~entra.secret",
  },
  azureKey: "simulator-azure-key",
  ibm: { apiKey: "simulator-ibm-api-key", project: "5e1f0000-project", space: "5e1f0000-space" },
  oci: {
    tenancy: "ocid1.tenancy.oc1..simulator",
    user: "ocid1.user.oc1..simulator",
    compartment: "ocid1.compartment.oc1..simulator",
  },
  snowflake: { account: "simulator-account1", user: "bench", accessToken: "simulator-snowflake-access-token" },
  databricks: {
    host: "simulator.cloud.databricks.com",
    accessToken: "simulator-databricks-access-token",
    clientId: "5e1f-principal",
    clientSecret: "simulator-databricks-secret",
  },
  replicateToken: "simulator-replicate-token",
  nvidiaKey: "simulator-nvidia-key",
} as const;

/** The providers that are played by what is here, and not by a dialect. */
export const CLOUD_IDS: readonly string[] = [
  "bedrock",
  "bedrock-invoke",
  "nvidia",
  "oci",
  "ollama",
  "replicate",
  "snowflake",
  "vertex",
  "watsonx",
];

/** Key pairs of the planted accounts. */
export interface KeyPairs {
  readonly google: Pair;
  readonly oci: Pair;
  readonly snowflake: Pair;
}

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privatePem: string;
}

/** Makes each pair when it is first used, which takes a moment. */
export function keyPairs(): KeyPairs {
  const made = new Map<string, Pair>();
  const pair = (name: string): Pair => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const fresh = { publicKey, privatePem: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
    made.set(name, fresh);
    return fresh;
  };
  return {
    get google() {
      return pair("google");
    },
    get oci() {
      return pair("oci");
    },
    get snowflake() {
      return pair("snowflake");
    },
  };
}

/** The MD5 of a public key as Oracle names it: pairs of digits with colons between them. */
export function ociFingerprint({ publicKey }: Pair): string {
  const digest = createHash("md5")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
  return digest.replace(/..(?!$)/g, "$&:");
}

/** Everything that a client needs to sign in to the simulated clouds, as its user would have it. */
export interface Planted {
  readonly variables: Readonly<Record<string, string>>;
  /** By path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Variables that name an address, a project or an account: no key is among them. */
export const PLANTED_PLACES: Readonly<Record<string, string>> = {
  GOOGLE_CLOUD_PROJECT: ACCOUNTS.google.project,
  WATSONX_PROJECT_ID: ACCOUNTS.ibm.project,
  OCI_COMPARTMENT_ID: ACCOUNTS.oci.compartment,
  SNOWFLAKE_ACCOUNT: ACCOUNTS.snowflake.account,
  DATABRICKS_HOST: ACCOUNTS.databricks.host,
};

const FOLDER = "/planted";

/** @param base of the simulated clouds: `http://127.0.0.1:41234/sim-fast` */
export function planted(pairs: KeyPairs, base: string): Planted {
  const { aws, google, entra, ibm, oci, snowflake, databricks } = ACCOUNTS;
  return {
    variables: {
      ...PLANTED_PLACES,
      AWS_ACCESS_KEY_ID: aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
      GOOGLE_APPLICATION_CREDENTIALS: `${FOLDER}/google.json`,
      AZURE_TENANT_ID: entra.tenant,
      AZURE_CLIENT_ID: entra.clientId,
      AZURE_CLIENT_SECRET: entra.clientSecret,
      WATSONX_APIKEY: ibm.apiKey,
      OCI_CONFIG_FILE: `${FOLDER}/oci.config`,
      SNOWFLAKE_USER: snowflake.user,
      SNOWFLAKE_PRIVATE_KEY_PATH: `${FOLDER}/snowflake.pem`,
      DATABRICKS_CLIENT_ID: databricks.clientId,
      DATABRICKS_CLIENT_SECRET: databricks.clientSecret,
      REPLICATE_API_TOKEN: ACCOUNTS.replicateToken,
      NVIDIA_API_KEY: ACCOUNTS.nvidiaKey,
    },
    files: {
      [`${FOLDER}/google.json`]: JSON.stringify({
        type: "service_account",
        project_id: google.project,
        private_key_id: google.keyId,
        private_key: pairs.google.privatePem,
        client_email: google.email,
        token_uri: `${base}/oauth2.googleapis.com/token`,
      }),
      [`${FOLDER}/oci.config`]: [
        "[DEFAULT]",
        `user=${oci.user}`,
        `fingerprint=${ociFingerprint(pairs.oci)}`,
        `tenancy=${oci.tenancy}`,
        `key_file=${FOLDER}/oci.pem`,
        "",
      ].join("\n"),
      [`${FOLDER}/oci.pem`]: pairs.oci.privatePem,
      [`${FOLDER}/snowflake.pem`]: pairs.snowflake.privatePem,
    },
  };
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import { ACCOUNTS, type Planted } from "../../src/simulator/planted.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator/server.ts";
import { AUDIENCES } from "../../src/simulator/token-endpoints.ts";
import { contenderAt, plantedAt, runClouds, targetAt } from "../support/cloud-run.ts";
import { rsaPair } from "../support/sign-in.ts";

/*
 * Every provider with a sign-in of its own × every way of signing in × a right key, a wrong one, one that is over, one that
 * is renewed in the middle of a run, and a clock that is ten minutes off: against the simulated services, which check
 * signatures, tokens, dates and bodies with code of their own. The table is printed.
 */

type Variables = Readonly<Record<string, string>>;

interface Way {
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

const WAYS: readonly Way[] = [
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

/** The simulators that the columns need, by what is out of the ordinary in them. */
const KINDS = {
  plain: {},
  shortLived: { tokenLifeMs: 1000, sessionLifeMs: 0 },
  skewed: { skewMs: 600_000 },
} as const satisfies Record<string, SimulatorOptions["clouds"]>;
const simulators = new Map<keyof typeof KINDS, Simulator>();
beforeAll(async () => {
  for (const [kind, clouds] of Object.entries(KINDS)) {
    simulators.set(kind as keyof typeof KINDS, await startSimulator({ seed: 405, clouds }));
  }
});
afterAll(async () => {
  for (const simulator of simulators.values()) await simulator.close();
});

/** The addresses that have no standard. */
const addressOf = (provider: string) =>
  provider === "azure-ai"
    ? { region: "eastus2", parameters: { deployment: "bench" } }
    : { region: null, parameters: {} };

interface Load {
  readonly requests: number;
  readonly ratePerSecond: number;
  readonly wrong?: boolean;
  readonly nowMs?: () => number;
}

/** A small run against one of the simulators. */
async function ran(kind: keyof typeof KINDS, way: Way, load: Load): Promise<readonly Observation[]> {
  const simulator = simulators.get(kind)!;
  const planted = await plantedAt(simulator);
  const files = new Map(Object.entries(planted.files));
  if (load.wrong === true) {
    for (const [path, pem] of Object.entries(way.wrongFiles ?? {})) {
      const text = path.endsWith(".json") ? JSON.stringify({ ...JSON.parse(files.get(path)!), private_key: pem }) : pem;
      files.set(path, text);
    }
  }
  const variables = { ...way.right(planted), ...(load.wrong === true ? way.wrong : {}) };
  const target = await targetAt(simulator, way.provider, addressOf(way.provider));
  const contender = await contenderAt(target, {
    variables,
    files,
    ...(load.nowMs === undefined ? {} : { nowMs: load.nowMs }),
  });
  return runClouds([contender], load);
}

/** `4 ok`, or how it failed: kind, where, status and code, in order of their first coming. */
function cell(observations: readonly Observation[]): string {
  const words = observations.map(({ outcome, failure }) =>
    failure === null
      ? outcome === "completed"
        ? "ok"
        : outcome
      : `${failure.kind} ${failure.where} ${failure.status} ${failure.code}`,
  );
  return [...new Set(words)].map((word) => `${words.filter((each) => each === word).length} ${word}`).join(", ");
}

const FEW = { requests: 3, ratePerSecond: 50 };
const rows: string[][] = [];

describe.each(WAYS.map((way) => [`${way.provider}: ${way.by}`, way] as const))("%s", (_name, way) => {
  it("comes in with the right key", async () => {
    rows.push([way.provider, way.by]);
    const observations = await ran("plain", way, FEW);
    rows.at(-1)!.push(cell(observations));
    expect(cell(observations)).toBe("3 ok");
    expect(observations.every(({ request }) => request.signingUs !== null)).toBe(true);
  });

  it("is turned away with a wrong key, and says so without it", async () => {
    const observations = await ran("plain", way, { ...FEW, wrong: true });
    rows.at(-1)!.push(cell(observations));
    for (const { failure, stamps } of observations) {
      expect(failure).toMatchObject({ kind: "auth" });
      // What cannot be signed in leaves nothing behind on the wire.
      if (failure!.where === "sign-in") expect([stamps.sent, stamps.released !== null]).toEqual([null, true]);
      else expect(failure!.where).toBe("headers");
    }
    expect(JSON.stringify(observations)).not.toContain("wrong");
  });

  it("is turned away with a key that is over", async () => {
    if (way.audience === null && !way.isDated) {
      // The service does not tell a key that is over from a wrong one.
      rows.at(-1)!.push("as a wrong one");
      return;
    }
    const isToken = way.audience !== null;
    const isSession = way.by === "SigV4, session";
    // A token: our clock stands still, so that we never notice. A signature: ours is an hour late, and stays so.
    const startMs = Date.now();
    const nowMs = isToken ? () => startMs : isSession ? Date.now : () => Date.now() - 7_200_000;
    const load = isToken ? { requests: 30, ratePerSecond: 15, nowMs } : { requests: 1, ratePerSecond: 1, nowMs };
    const observations = await ran(isToken || isSession ? "shortLived" : "plain", way, load);
    rows.at(-1)!.push(cell(observations));
    const late = observations.filter(({ failure }) => failure !== null);
    expect(late.length).toBeGreaterThan(0);
    for (const { failure } of late) expect(failure).toMatchObject({ kind: "auth", where: "headers" });
    // A token that was good came in first.
    if (isToken) expect(observations.length - late.length).toBeGreaterThan(5);
  });

  it("is renewed in the middle of a run", async () => {
    const { audience } = way;
    if (audience === null) {
      rows.at(-1)!.push(way.isDated ? "signs by itself" : "never changes");
      return;
    }
    const simulator = simulators.get("shortLived")!;
    const before = simulator.tokensIssued(audience);
    const observations = await ran("shortLived", way, { requests: 45, ratePerSecond: 15 });
    const tokens = simulator.tokensIssued(audience) - before;
    rows.at(-1)!.push(`${cell(observations)}, ${tokens} tokens`);
    expect(tokens).toBeGreaterThan(2);
    expect(cell(observations)).toBe("45 ok");
  });

  it("is signed by the service's clock once ours is found wrong", async () => {
    if (!way.isDated) {
      rows.at(-1)!.push("not dated");
      return;
    }
    const observations = await ran("skewed", way, { requests: 12, ratePerSecond: 20 });
    rows.at(-1)!.push(cell(observations));
    const refused = observations.filter(({ failure }) => failure !== null);
    for (const { failure } of refused) expect(failure).toMatchObject({ kind: "auth", where: "headers" });
    expect(observations.length - refused.length).toBeGreaterThan(6);
    expect(observations.at(-1)!.outcome).toBe("completed");
  });
});

it("prints the table", () => {
  expect(rows.map((row) => row.length)).toEqual(WAYS.map(() => 7));
  const header = ["provider", "sign-in", "right key", "wrong key", "over", "renewed mid-run", "clock 10 min off"];
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]!.length)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
});

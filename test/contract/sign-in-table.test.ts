import { beforeAll, expect, it } from "vitest";
import type { Observation } from "../../src/core/observation.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import type { Target } from "../../src/core/target.ts";
import type { Contender } from "../../src/run/contender.ts";
import { startSimulator, type SimulatorOptions } from "../../src/simulator/server.ts";
import { contenderAt, plantedAt, runClouds, targetAt } from "../support/cloud-run.ts";
import { WAYS, type Way } from "../support/sign-in-ways.ts";

/*
 * Every provider with a sign-in of its own × every way of signing in × a right key, a wrong one, one that is over, one that
 * is renewed in the middle of a run, one of another region, host, account or audience, and a clock that is ten minutes off: against the simulated services, which check
 * signatures, tokens, dates and bodies with code of their own. The table is printed.
 */

const isToken = ({ audience }: Way): boolean => audience !== null;
const isSession = ({ by }: Way): boolean => by === "SigV4, session";
const titled = (ways: readonly Way[]) => ways.map((way) => [`${way.provider}: ${way.by}`, way] as const);

/** Addresses that have no standard. */
const addressOf = (provider: string) =>
  provider === "azure-ai"
    ? { region: "eastus2", parameters: { deployment: "bench" } }
    : { region: null, parameters: {} };

interface Asked {
  readonly simulator: NonNullable<SimulatorOptions["clouds"]>;
  readonly ways: readonly Way[];
  readonly requests: number;
  readonly load: Scenario["load"];
  readonly wrong?: boolean;
  /** Signed in for another region, host or account, or with the token of another service. */
  readonly elsewhere?: boolean;
  readonly nowMs?: () => number;
}

interface Seen {
  readonly observations: ReadonlyMap<Way, readonly Observation[]>;
  /** Tokens that were handed out, by audience. */
  readonly tokens: (audience: string) => number;
}

/** One paired run of these ways against a simulator of its own. */
async function run({ ways, wrong = false, elsewhere = false, nowMs = Date.now, ...asked }: Asked): Promise<Seen> {
  const simulator = await startSimulator({ seed: 405, clouds: asked.simulator });
  try {
    const planted = await plantedAt(simulator);
    const contenders = await Promise.all(
      ways.map(async (way) => {
        const target = await targetAt(simulator, way.provider, addressOf(way.provider));
        const variables = { ...way.right(planted), ...(wrong ? way.wrong : {}) };
        const own = { ...way.files?.(planted), ...(wrong ? way.wrongFiles?.(planted) : {}) };
        const files = new Map(Object.entries({ ...planted.files, ...own }));
        const place = elsewhere ? placeOf(way, target) : {};
        return contenderAt({ ...target, ...place, id: `${way.provider}, ${way.by}` }, { variables, files, nowMs });
      }),
    );
    const observations = await runClouds(elsewhere ? strayed(ways, contenders) : contenders, asked);
    const of = (way: Way) => observations.filter(({ target }) => target === `${way.provider}, ${way.by}`);
    const issued = new Map(ways.map(({ audience }) => [audience, simulator.tokensIssued(audience ?? "")]));
    return {
      observations: new Map(ways.map((way) => [way, of(way)])),
      tokens: (audience) => issued.get(audience) ?? 0,
    };
  } finally {
    await simulator.close();
  }
}

/** Where a way is signed in for when it is not where it is sent to: its address is made already. */
function placeOf({ bound }: Way, { parameters }: Target): Partial<Pick<Target, "region" | "parameters">> {
  if (bound === "region") return { region: "eu-west-1" };
  return bound === "account" ? { parameters: { ...parameters, account: "another-account" } } : {};
}

/** Contenders with the token of the next service, or with what was signed for another host. */
function strayed(ways: readonly Way[], contenders: readonly Contender[]): Contender[] {
  const token = (after: number): Contender => {
    const rest = [...contenders.slice(after + 1), ...contenders];
    const waysOfRest = [...ways.slice(after + 1), ...ways];
    return rest.find((_, i) => waysOfRest[i]!.audience !== null && waysOfRest[i]!.audience !== ways[after]!.audience)!;
  };
  return contenders.map((contender, i) => {
    const { bound } = ways[i]!;
    if (bound === "audience") return { ...contender, authorize: token(i).authorize };
    if (bound !== "host") return contender;
    const authorize: Contender["authorize"] = async (plain) => {
      const signed = await contender.authorize({ ...plain, url: plain.url.replace("us-chicago-1", "eu-frankfurt-1") });
      return signed.ok ? { ...signed, request: { ...signed.request, url: plain.url } } : signed;
    };
    return { ...contender, authorize };
  });
}

const each = (ratePerSecond: number): Scenario["load"] => ({
  kind: "open",
  arrival: "constant",
  ratePerSecond,
  maxInFlight: 64,
});
const FEW = { requests: 3, load: each(10) };
const TOKENS = WAYS.filter(isToken);
const SESSIONS = WAYS.filter(isSession);
const DATED = WAYS.filter(({ isDated }) => isDated);
const BOUND = WAYS.filter(({ bound }) => bound !== null);
const startMs = Date.now();
/** Renewed after two seconds, half a second before it is over. */
const SHORT_LIVED = { tokenLifeMs: 2500 };

const RUNS = {
  right: { simulator: {}, ways: WAYS, ...FEW },
  wrong: { simulator: {}, ways: WAYS, ...FEW, wrong: true },
  elsewhere: { simulator: {}, ways: BOUND, ...FEW, elsewhere: true },
  // Our clock stands still, so that we never notice.
  tokenOver: { simulator: SHORT_LIVED, ways: TOKENS, requests: 20, load: each(5), nowMs: () => startMs },
  sessionOver: { simulator: { sessionLifeMs: 0 }, ways: SESSIONS, requests: 1, load: each(1) },
  // Our clock is late, and stays so: what it signs is over when it arrives.
  signedOver: {
    simulator: {},
    ways: DATED.filter((way) => !isToken(way) && !isSession(way)),
    requests: 1,
    load: each(1),
    nowMs: () => Date.now() - 7_200_000,
  },
  renewed: { simulator: SHORT_LIVED, ways: TOKENS, requests: 35, load: each(5) },
  // One after the other: what a refusal teaches is there for the next but one.
  skewed: {
    simulator: { skewMs: 600_000 },
    ways: DATED,
    requests: 8,
    load: { kind: "closed", maxConcurrency: 1, rampUpMs: 0, thinkTime: null },
  },
} as const satisfies Record<string, Asked>;

const seen = new Map<keyof typeof RUNS, Seen>();
beforeAll(async () => {
  for (const [name, asked] of Object.entries(RUNS)) seen.set(name as keyof typeof RUNS, await run(asked));
}, 120_000);

const of = (name: keyof typeof RUNS, way: Way): readonly Observation[] => seen.get(name)?.observations.get(way) ?? [];
const overOf = (way: Way): readonly Observation[] => [
  ...of("tokenOver", way),
  ...of("sessionOver", way),
  ...of("signedOver", way),
];

/** `4 ok`, or how it failed: kind, where, status and code, in the order of their first coming. */
function cell(observations: readonly Observation[]): string {
  const words = observations.map(({ outcome, failure }) =>
    failure === null
      ? outcome === "completed"
        ? "ok"
        : outcome
      : `${failure.kind} ${failure.where} ${failure.status} ${failure.code}`,
  );
  return [...new Set(words)].map((word) => `${words.filter((other) => other === word).length} ${word}`).join(", ");
}

it.each(titled(WAYS))("%s comes in with the right key", (_name, way) => {
  expect(cell(of("right", way))).toBe("3 ok");
  expect(of("right", way).every(({ request }) => request.signingUs !== null)).toBe(true);
});

it.each(titled(WAYS))("%s is turned away with a wrong key, and says so without it", (_name, way) => {
  const observations = of("wrong", way);
  expect(observations.length).toBe(3);
  for (const { failure, stamps } of observations) {
    expect(failure).toMatchObject({ kind: "auth" });
    // What cannot be signed in leaves nothing behind on the wire.
    if (failure!.where === "sign-in") expect([stamps.sent, stamps.released !== null]).toEqual([null, true]);
    else expect(failure!.where).toBe("headers");
  }
  expect(JSON.stringify(observations)).not.toContain("wrong");
});

it.each(titled(BOUND))("%s is turned away with what is another's", (_name, way) => {
  const observations = of("elsewhere", way);
  expect(observations.length).toBe(3);
  for (const { failure } of observations) expect(failure).toMatchObject({ kind: "auth", where: "headers" });
});

it.each(titled(WAYS.filter((way) => isToken(way) || way.isDated)))(
  "%s is turned away with what is over",
  (_name, way) => {
    const late = overOf(way).filter(({ failure }) => failure !== null);
    expect(late.length).toBeGreaterThan(0);
    for (const { failure } of late) expect(failure).toMatchObject({ kind: "auth", where: "headers" });
    // A token that was good came in first.
    if (isToken(way)) expect(overOf(way)[0]!.outcome).toBe("completed");
  },
);

it.each(titled(TOKENS))("%s is renewed in the middle of a run", (_name, way) => {
  const observations = of("renewed", way);
  expect(observations.length).toBe(35);
  // A token has 125 ms left at least when a request leaves with it: only a machine that stands still for as long outlives one.
  const refused = observations.filter(
    ({ failure, stamps }) => failure !== null && stamps.end! - stamps.scheduled < 100_000,
  );
  expect(refused).toEqual([]);
  expect(observations.at(-1)!.outcome).toBe("completed");
  expect(seen.get("renewed")!.tokens(way.audience!)).toBeGreaterThan(2);
});

it.each(titled(DATED))("%s is signed by the service's clock once ours is found wrong", (_name, way) => {
  const observations = of("skewed", way);
  const refused = observations.filter(({ failure }) => failure !== null);
  for (const { failure } of refused) expect(failure).toMatchObject({ kind: "auth", where: "headers" });
  expect(observations.length).toBe(8);
  expect(refused.length).toBeLessThan(5);
  expect(observations.at(-1)!.outcome).toBe("completed");
});

it("prints the table", () => {
  const header = [
    "provider",
    "sign-in",
    "right key",
    "wrong key",
    "over",
    "renewed mid-run",
    "another's",
    "clock 10 min off",
  ];
  const rows = WAYS.map((way) => [
    way.provider,
    way.by,
    cell(of("right", way)),
    cell(of("wrong", way)),
    // A service does not tell a key that is over from a wrong one.
    cell(overOf(way)) || "as a wrong one",
    isToken(way)
      ? `${cell(of("renewed", way))}, ${seen.get("renewed")!.tokens(way.audience!)} tokens`
      : way.isDated
        ? "signs by itself"
        : "never changes",
    way.bound === null ? "not bound" : `${way.bound}: ${cell(of("elsewhere", way))}`,
    cell(of("skewed", way)) || "not dated",
  ]);
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]!.length)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
  expect(lines.length).toBe(WAYS.length + 1);
});

import { NO_CAPS } from "../core/caps.ts";
import type { Observation } from "../core/observation.ts";
import { DEFAULT_MODEL } from "../core/provider.ts";
import type { Scenario } from "../core/scenario.ts";
import type { Target } from "../core/target.ts";
import { loadProvider, providerIds } from "../registry.ts";
import { plain, plural, usd } from "../report/text.ts";
import { NO_PAST } from "../run/past.ts";
import { runAll } from "../run/runner.ts";
import { planOf } from "../scenario/plan.ts";
import { realTime } from "../time/time.ts";
import { contendersOf } from "./contenders.ts";
import { checkedRow, unaskedRow, type CheckRow } from "./check-row.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { onInterrupt } from "./interrupt.ts";
import { makeTarget, UNSET } from "./make-target.ts";
import { atSimulator, NO_ORIGIN } from "./select-targets.ts";
import { isSimulatedProvider, simulatedDialects, simulatedProvider } from "./simulated-provider.ts";
import { startSimulatorProcess, type SimulatorProcess } from "./simulator-process.ts";
import { ceilings } from "./spend.ts";
import { columns } from "./table.ts";
import { UsageError } from "./usage-error.ts";

export interface CheckOptions {
  readonly all?: boolean;
  readonly model?: string;
  readonly providersDir?: string;
  readonly maxCost?: number | "none";
  /** `simulator`, or `simulator@<fault>`: the simulator plays the providers, with planted keys. */
  readonly target?: string;
  readonly json?: boolean;
}

/** One call, short in and out: it shows everything that a run would stumble over, for a fraction of a cent. */
const CHECK: Scenario = {
  id: "check",
  title: "One small call",
  source: "the least that shows sign-in, model, usage and limits",
  prompt: { inputTokens: 24, outputTokens: 16, content: "prose", cache: "cold" },
  load: { kind: "closed", maxConcurrency: 1 },
  stop: { requests: 1, durationMs: null },
  warmups: 0,
  slo: { ttftMs: null, tpotMs: null, e2eMs: null, percentile: 0.9 },
  arrangement: "paired",
  retry: null,
  seed: 405,
};
const TIMEOUTS = { connectMs: 10_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 90_000 };
const CAP_USD = 1;

/** `herdbench providers check [ID…|--all]`: one small call to each, and what it told. */
export async function checkProviders(ids: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const asked = await selected(ids, options);
  const rows = new Map<string, CheckRow>(asked.unasked.map((row) => [row.target, row]));
  const plan = planOf(CHECK);
  const ceiling = ceilings([plan], asked.targets);
  const cap = options.maxCost ?? CAP_USD;
  const askable = asked.targets.filter((target) => {
    if (cap === "none" || target.simulated || target.price.kind !== "unknown") return true;
    rows.set(target.id, unaskedRow(target, "its price is unknown: --max-cost none asks it all the same"));
    return false;
  });
  if (options.json !== true) {
    const known = ceiling.reduce((sum, { usd: each }) => sum + (each ?? 0), 0);
    const ceilingText = askable.every(({ simulated }) => simulated)
      ? "simulated, nothing is paid"
      : `at most ${usd(known)}`;
    process.stdout.write(`${plural(askable.length, "call")} of 24 tokens in and 16 out: ${ceilingText}\n\n`);
  }
  for (const [id, observation] of await observe(askable, options, cap === "none" ? null : cap)) {
    const target = askable.find((candidate) => candidate.id === id)!;
    const provider = await loadProvider(target.provider, options.providersDir ?? null);
    rows.set(id, checkedRow(target, provider.models[target.model], observation));
  }
  const ordered = asked.order.flatMap((id) => rows.get(id) ?? []);
  show(ordered, options);
  return ordered.some(({ verdict }) => verdict === "failed") ? EXIT.targetFailed : EXIT.ok;
}

/** Default targets of the providers, and those that cannot be asked: named ones are an error, with --all a row. */
async function selected(
  ids: readonly string[],
  options: CheckOptions,
): Promise<{ targets: Target[]; unasked: CheckRow[]; order: string[] }> {
  const folder = options.providersDir ?? null;
  const isAll = options.all === true;
  if (isAll === ids.length > 0) throw new UsageError("name the providers to check, or give --all");
  if (options.target !== undefined) return played(options.target, isAll ? await providerIds(folder) : ids, folder);
  const targets: Target[] = [];
  const unasked: CheckRow[] = [];
  const problems: string[] = [];
  const order = isAll ? await providerIds(folder) : [...ids];
  for (const id of order) {
    const model = options.model ?? DEFAULT_MODEL;
    const provider = await loadProvider(id, folder);
    const modelId = provider.models[model]?.id ?? model;
    if (isAll && (provider.baseUrl === null || (provider.models[model]?.id ?? null) === null)) continue;
    try {
      const target = await makeTarget({ ...UNSET, id, provider: id, model }, folder, process.env);
      const missing = target.apiKeyEnv !== null && (process.env[target.apiKeyEnv] ?? "") === "";
      if (!missing) targets.push(target);
      else if (isAll) unasked.push(unaskedRow(target, `no key: set ${target.apiKeyEnv}`));
      else problems.push(`${id}: no API key: set the environment variable ${target.apiKeyEnv}`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (isAll)
        unasked.push(unaskedRow({ id, provider: id, model, modelId, simulated: false }, error.problems.join("; ")));
      else problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new UsageError(...problems);
  return { targets, unasked, order };
}

/** The same providers, played by the simulator; those without an address of their own have none to play. */
async function played(
  name: string,
  ids: readonly string[],
  folder: string | null,
): Promise<{ targets: Target[]; unasked: CheckRow[]; order: string[] }> {
  const [isKnown, fault = ""] = /^simulator(@[a-z0-9-]+)?$/.exec(name) ?? [];
  if (isKnown === undefined) {
    throw new UsageError(`--target ${name}: is neither simulator nor simulator@FAULT, such as simulator@http-429`);
  }
  const providers = await Promise.all(ids.map((id) => loadProvider(id, folder)));
  const names = providers.flatMap(({ id, baseUrl }) => (baseUrl === null ? [] : [`simulator:${id}${fault}`]));
  const targets = await Promise.all(names.map((each) => simulatedProvider(each, folder, NO_ORIGIN)));
  return { targets: targets.filter((target) => target !== null), unasked: [], order: names };
}

async function observe(
  targets: readonly Target[],
  options: CheckOptions,
  maxCostUsd: number | null,
): Promise<ReadonlyMap<string, Observation>> {
  const observations = new Map<string, Observation>();
  if (targets.length === 0) return observations;
  const time = realTime();
  const interrupt = onInterrupt();
  const folder = options.providersDir ?? null;
  const contenders = await contendersOf(targets, folder, process.env);
  const simulator = await simulatorFor(targets, folder);
  try {
    await runAll({
      runId: time.originWall.toISOString(),
      contenders: simulator === null ? contenders : atSimulator(contenders, simulator.origin),
      plans: [planOf(CHECK)],
      timeouts: TIMEOUTS,
      caps: { run: { ...NO_CAPS, usd: maxCostUsd }, targets: {} },
      past: NO_PAST,
      ca: null,
      time,
      signal: interrupt.signal,
      sink: {
        intent: () => undefined,
        called: ({ observation }) => void observations.set(observation.target, observation),
        skipped: () => undefined,
        stalled: () => undefined,
      },
      onScenario: () => undefined,
      onQuota: async () => undefined,
      onStop: () => undefined,
    });
  } finally {
    interrupt.release();
    await simulator?.stop();
  }
  return observations;
}

/** Null when no target is played. */
async function simulatorFor(targets: readonly Target[], folder: string | null): Promise<SimulatorProcess | null> {
  if (!targets.some(isSimulatedProvider)) return null;
  const dialects = await simulatedDialects(targets, folder);
  return startSimulatorProcess({ seed: CHECK.seed, ledger: null, dialects });
}

function show(rows: readonly CheckRow[], options: CheckOptions): void {
  if (options.json === true) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  const header = ["target", "verdict", "dns", "tcp", "tls", "TTFT ms", "usage", "server clock", "limits", "note"];
  const lines = columns([header, ...rows.map(cells)]);
  const count = (verdict: CheckRow["verdict"]): number => rows.filter((row) => row.verdict === verdict).length;
  const total = `${count("ok")} ok, ${count("gone")} gone, ${count("failed")} failed, ${count("not asked")} not asked`;
  process.stdout.write([...lines, "", total, ""].join("\n"));
}

function cells(row: CheckRow): string[] {
  const number = (value: number | null): string => (value === null ? "-" : value.toFixed(value < 10 ? 1 : 0));
  const { usage, rateLimit } = row;
  const limits = [limitText(rateLimit?.limitRequests ?? null, "req"), limitText(rateLimit?.limitTokens ?? null, "tok")];
  return [
    `${row.target}${row.simulated ? " (simulated)" : ""}`,
    row.failure === null || row.verdict === "gone" ? row.verdict : row.failure,
    number(row.dnsMs),
    number(row.tcpMs),
    number(row.tlsMs),
    number(row.ttftMs),
    usage === null ? "-" : `${usage.input ?? "?"}+${usage.output ?? "?"}`,
    row.timings.length === 0 ? "-" : row.timings.map((name) => name.replace(/Ms$/, "")).join(" "),
    limits.filter((text) => text !== "").join(", ") || "-",
    plain(row.note),
  ];
}

function limitText(limit: number | null, unit: string): string {
  return limit === null ? "" : `${limit} ${unit}`;
}

import { nightLines } from "../report/night.ts";
import { nightlySchema, type NightlyConfig } from "../scenario/nightly-config.ts";
import { locked, runSlot, type SlotOutcome } from "../study/nightly/procedure.ts";
import type { NightRules } from "../study/nightly/steps.ts";
import { nextSlot, slotAt } from "../study/nightly/slots.ts";
import { realTime } from "../time/time.ts";
import { waitUntil } from "../time/wait.ts";
import { dryRun } from "./dry-run.ts";
import { EXIT, exitCode, type ExitCode } from "./exit-codes.ts";
import { openNetwork } from "./network.ts";
import { nightExit } from "./nightly-exit.ts";
import type { NightlyOptions } from "./nightly-options.ts";
import { recipe } from "./nightly-recipes.ts";
import { partOf } from "./nightly-scenarios.ts";
import { leftIn, measureTargets, nightSteps, type Nightly } from "./nightly-steps.ts";
import { checkCandidates, nightCandidates, nightCap, noFlags } from "./nightly-targets.ts";
import { planAll } from "./planned.ts";
import { selectScenarios } from "./select-scenarios.ts";
import { readConfig } from "./select-targets.ts";
import { moneyCap, runCaps } from "./spend.ts";
import { tokenExchange } from "./token-exchange.ts";
import { UsageError } from "./usage-error.ts";
import { runVerdict } from "./verdict.ts";

/** Like the time that a webhook is given. */
const HOOK_MS_MAX = 10_000;
const NO_NIGHTLY: NightlyConfig = nightlySchema.parse({});

/** `herdbench nightly`: one slot of the night, or with `--wait` all that are left of it. */
export async function nightlyCommand(options: NightlyOptions): Promise<ExitCode> {
  const config = await readConfig(options);
  if (options.print !== undefined) {
    process.stdout.write(recipe(options.print, config?.slots ?? [], process.cwd()));
    return EXIT.ok;
  }
  if ((options.only === undefined) !== (options.reason === undefined)) {
    throw new UsageError("--only and --reason go together: say which target is measured again, and why");
  }
  const night = await open(options, config);
  const rules = rulesOf(night);
  if (options.dryRun === true) return showPlan(night, rules);
  if (options.only !== undefined) return runAgain(night, rules, options.only, options.reason ?? "");
  const found: ExitCode[] = [];
  const steps = nightSteps(night);
  for (;;) {
    const outcome = await runSlot(rules, steps);
    show(outcome, options);
    found.push(nightExit(outcome.record, options.failOnRegression === true));
    const next = nextSlot(rules.slots, outcome.slot);
    if (options.wait !== true || next === null || found.includes(EXIT.interrupted)) return exitCode(found);
    const time = realTime();
    await waitUntil(time, Math.max(0, next.startMs - Date.now()) * 1000, new AbortController().signal);
  }
}

async function open(options: NightlyOptions, config: Nightly["config"]): Promise<Nightly> {
  const candidates = await nightCandidates(options, config);
  const targets = candidates.flatMap(({ made }) => made ?? []);
  const network = await openNetwork(options.ca, targets, process.env);
  // A mistake in a scenario is found before anything is sent or told.
  const scenarios = await selectScenarios(noFlags(options), config);
  await planAll(scenarios);
  const nightly = config?.nightly ?? NO_NIGHTLY;
  const { onNightUrlEnv, deadManUrlEnv, deadManStartUrlEnv } = nightly;
  const keys = [...targets, ...(config?.targets ?? [])].map(({ apiKeyEnv }) => apiKeyEnv);
  const secretNames = [...keys, onNightUrlEnv, deadManUrlEnv, deadManStartUrlEnv].filter((name) => name !== null);
  const exchange = tokenExchange(network.routeTo);
  const tools = { env: process.env, secretNames, exchange, limitMs: HOOK_MS_MAX };
  return { options, config, nightly, scenarios, candidates, tools };
}

function rulesOf({ options, config, nightly, candidates }: Nightly): NightRules {
  const targets = candidates.flatMap(({ made }) => made ?? []);
  return {
    resultsDir: options.resultDir,
    slots: config?.slots ?? [],
    windowNights: nightly.windowNights,
    failureShareMax: options.maxFailureShare,
    capUsd: moneyCap({}, nightCap(options, config), targets),
    simulated: targets.some(({ simulated }) => simulated),
  };
}

function show({ slot, record, isNew, closedLate, warnings }: SlotOutcome, options: NightlyOptions): void {
  for (const warning of warnings) process.stderr.write(`herdbench: ${warning}\n`);
  for (const { hook, ok, detail } of record.hooks) {
    if (!ok) process.stderr.write(`herdbench: the hook ${hook} failed: ${detail}\n`);
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  if (options.quiet === true || options.json === true) return;
  const lines = [
    ...closedLate.flatMap(nightLines),
    ...nightLines(record),
    ...(isNew
      ? []
      : [
          `slot ${slot.slot} of ${slot.slots} was done before: nothing was sent; --only TARGET --reason TEXT measures again`,
        ]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** One target once more: a run of its own, flagged, which no night and no comparison of nights looks at. */
async function runAgain(night: Nightly, rules: NightRules, only: string, reason: string): Promise<ExitCode> {
  const candidates = night.candidates.filter(({ target }) => target === only);
  if (candidates.length === 0) {
    throw new UsageError(`--only: no target "${only}"; ${night.candidates.map(({ target }) => target).join(", ")} are`);
  }
  return locked(rules.resultsDir, async () => {
    const asked = await checkCandidates(candidates, night.options);
    const ids = leftIn(asked);
    if (ids.length === 0) {
      process.stderr.write(`herdbench: ${only} cannot be measured: ${asked[0]!.check.note}\n`);
      return EXIT.targetFailed;
    }
    const { night: day, slot, slots } = slotAt(rules.slots, Date.now());
    const study = { kind: "nightly", night: day, slot, slots, rerun: reason } as const;
    const analysis = (await measureTargets(night, study, ids, rules.capUsd))!;
    if (night.options.quiet !== true) {
      process.stdout.write(`${only} measured again, flagged rerun: ${analysis.manifest.runId}\n`);
    }
    return runVerdict(analysis);
  });
}

async function showPlan(night: Nightly, rules: NightRules): Promise<ExitCode> {
  const { options, config, nightly, candidates } = night;
  const slot = slotAt(rules.slots, Date.now());
  const targets = candidates.flatMap(({ made }) => made ?? []);
  const run = { ...noFlags(options), maxCost: rules.capUsd ?? ("none" as const) };
  const planned = await planAll(night.scenarios.map((one) => partOf(one, slot.slots)));
  const plans = planned.map(({ plan }) => plan);
  const json = options.json === true;
  if (!json) {
    const lines = [
      `night ${slot.night}, slot ${slot.slot} of ${slot.slots}${rules.slots.length === 0 ? "" : ` (${rules.slots.join(" ")} UTC)`}`,
      ...candidates.flatMap((one) => (one.made === null ? [`not asked: ${one.target}: ${one.check.note}`] : [])),
      ...candidates.flatMap(({ target, goneUntil }) =>
        goneUntil === null ? [] : [`acknowledged as gone until ${goneUntil}: ${target}`],
      ),
      ...hookLines(nightly),
      rules.capUsd === null ? "no cap on the night" : `cap of the night $${rules.capUsd}, over ${slot.slots} slots`,
      `compared with the last ${rules.windowNights} complete nights`,
      "",
    ];
    process.stdout.write(lines.join("\n"));
  }
  const perSlot = rules.capUsd === null ? ("none" as const) : rules.capUsd / slot.slots;
  process.stdout.write(dryRun(plans, targets, runCaps({ ...run, maxCost: perSlot }, config, targets), json));
  return EXIT.ok;
}

function hookLines({ onNight, ...variables }: NightlyConfig): readonly string[] {
  const named = [variables.onNightUrlEnv, variables.deadManUrlEnv, variables.deadManStartUrlEnv];
  return [
    ...(onNight === null ? [] : [`hook: ${onNight[0]}`]),
    ...named.flatMap((name) =>
      name === null ? [] : [`hook: ${name} ${(process.env[name] ?? "") === "" ? "is not set" : "is set"}`],
    ),
  ];
}

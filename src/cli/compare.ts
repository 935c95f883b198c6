import type { RunRecord } from "../core/run.ts";
import { random } from "../core/random.ts";
import { analyse } from "../measure/analyse.ts";
import type { Analysis } from "../measure/analysis.ts";
import { verdictsOverNights } from "../measure/compare/nights.ts";
import { seriesOf } from "../measure/compare/series.ts";
import type { Verdict } from "../measure/compare/verdict.ts";
import { judgeCouples, type Couple } from "../measure/compare/verdicts.ts";
import { groupsOf, type Group } from "../measure/group.ts";
import { vantageFaults } from "../measure/vantage-fault.ts";
import { comparedCsv, comparedJson, comparedScreen, type Compared } from "../report/compared.ts";
import { readRun } from "../store/read.ts";
import { isRunNamed, resolveRun } from "../store/resolve.ts";
import { EXIT, exitCode, type ExitCode } from "./exit-codes.ts";
import { conditionsOf, judgeConditions } from "./fail-on.ts";
import { plannedOf } from "./publish-report.ts";
import { columns } from "./table.ts";
import { UsageError } from "./usage-error.ts";

export interface CompareOptions {
  readonly run: string;
  readonly targets?: readonly string[];
  readonly scenario?: readonly string[];
  readonly buy?: boolean;
  readonly resultDir: string;
  readonly failOn?: readonly string[];
  readonly failOnRegression?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
}

interface Read {
  readonly record: RunRecord;
  readonly analysis: Analysis;
  readonly groups: readonly Group[];
}

/**
 * `herdbench compare`: two targets of one run, all targets of one, the same targets in two runs, or, over three and more,
 * targets night after night.
 */
export async function compareCommand(things: readonly string[], options: CompareOptions): Promise<ExitCode> {
  const conditions = conditionsOf(options.failOn);
  const { runs, targets } = await askedFor(things, options);
  const isBefore = runs.length === 2 && options.buy !== true;
  if (options.failOnRegression === true && !isBefore) {
    throw new UsageError("--fail-on-regression: needs two runs, the one before and the one after");
  }
  const read = await Promise.all(runs.map(readWhole));
  refuseStrangers(read, targets, options.scenario ?? null);
  const compared = narrowed(
    options.buy === true || read.length > 2
      ? overNights(read)
      : isBefore
        ? between(read[0]!, read[1]!)
        : within(read[0]!),
    targets,
    options.scenario ?? null,
  );
  process.stdout.write(
    options.json === true
      ? comparedJson(compared)
      : options.csv === true
        ? comparedCsv(compared)
        : comparedScreen(compared, columns),
  );
  const worse = options.failOnRegression === true ? compared.verdicts.filter(({ a, leader }) => leader === a) : [];
  for (const { metric, stat, scenario, a, b } of worse) {
    process.stderr.write(`herdbench: --fail-on-regression ${metric} ${stat} of ${scenario}: ${b} is worse than ${a}\n`);
  }
  return exitCode([
    worse.length > 0 ? EXIT.failOn : EXIT.ok,
    ...read.map(({ analysis }) => judgeConditions(analysis, conditions)),
  ]);
}

/** Folders of runs, or two targets of one; null targets: all. */
async function askedFor(
  things: readonly string[],
  { run, resultDir, targets }: CompareOptions,
): Promise<{ readonly runs: readonly string[]; readonly targets: readonly string[] | null }> {
  const isRun = await Promise.all(things.map((thing) => isRunNamed(resultDir, thing)));
  if (isRun.some(Boolean)) {
    return { runs: await Promise.all(things.map((thing) => resolveRun(resultDir, thing))), targets: targets ?? null };
  }
  if (things.length !== 2 || targets !== undefined) {
    throw new UsageError(
      `compare: name runs, or two targets of one run; no run is called ${things.join(", ")} in ${resultDir}`,
    );
  }
  return { runs: [await resolveRun(resultDir, run)], targets: things };
}

async function readWhole(folder: string): Promise<Read> {
  const record = await readRun(folder);
  const groups = groupsOf(record, vantageFaults(record));
  return { record, analysis: analyse(record, plannedOf(record)), groups };
}

function refuseStrangers(
  read: readonly Read[],
  targets: readonly string[] | null,
  scenarios: readonly string[] | null,
): void {
  const known = [...new Set(read.flatMap(({ groups }) => groups.map(({ target }) => target.id)))];
  const ran = [...new Set(read.flatMap(({ groups }) => groups.map(({ scenario }) => scenario.id)))];
  const problems = [
    ...(targets ?? []).flatMap((id) =>
      known.includes(id) ? [] : [`no run and no target "${id}"; the targets there are ${known.join(", ")}`],
    ),
    ...(scenarios ?? []).flatMap((id) =>
      ran.includes(id) ? [] : [`--scenario: "${id}" is not in there; ${ran.join(", ")} are`],
    ),
  ];
  if (problems.length > 0) throw new UsageError(...problems);
}

/** The family stays what it was: it is no smaller for being looked at in part. */
function narrowed(
  compared: Compared,
  targets: readonly string[] | null,
  scenarios: readonly string[] | null,
): Compared {
  const bare = (side: string): string => (compared.scope === "windows" ? side.slice(side.indexOf(" ") + 1) : side);
  const isAsked = ({ a, b, scenario }: Verdict): boolean =>
    (targets === null || (targets.includes(bare(a)) && targets.includes(bare(b)))) &&
    (scenarios === null || scenarios.includes(scenario));
  return { ...compared, verdicts: compared.verdicts.filter(isAsked) };
}

function factsOf(read: readonly Read[]): Pick<Compared, "runs" | "simulated" | "notes" | "refused"> {
  return {
    runs: read.map(({ record }) => record.manifest.runId),
    simulated: read.some(({ record }) => record.manifest.simulated),
    notes: read.flatMap(({ record, analysis }) =>
      analysis.validity.valid ? [] : [`INVALID ${record.manifest.runId}: ${analysis.validity.reasons.join("; ")}`],
    ),
    refused: null,
  };
}

function within(read: Read): Compared {
  return { scope: "window", ...factsOf([read]), verdicts: read.analysis.verdicts };
}

function between(before: Read, after: Read): Compared {
  const facts = factsOf([before, after]);
  const couples = before.groups.flatMap((a) =>
    after.groups
      .filter(
        (b) => b.target.id === a.target.id && b.scenario.id === a.scenario.id && a.scenario.load.kind !== "gateway",
      )
      .map((b): Couple => ({
        a,
        b,
        nameA: `${before.record.manifest.runId} ${a.target.id}`,
        nameB: `${after.record.manifest.runId} ${b.target.id}`,
        scope: "windows",
      })),
  );
  return {
    scope: "windows",
    ...facts,
    notes: [...facts.notes, ...differences(before.record, after.record)],
    verdicts: judgeCouples(couples),
  };
}

/** What else than the target is not the same. */
function differences({ manifest: a }: RunRecord, { manifest: b }: RunRecord): readonly string[] {
  const changed = a.scenarios.flatMap(({ scenario, sha256 }) =>
    b.scenarios.some((other) => other.scenario.id === scenario.id && other.sha256 !== sha256) ? [scenario.id] : [],
  );
  return [
    ...changed.map((id) => `scenario ${id} is not the same in both runs`),
    ...(a.vantage === b.vantage ? [] : [`asked from ${a.vantage}, then from ${b.vantage}`]),
    ...(a.definitionsVersion === b.definitionsVersion ? [] : ["measured by different definitions"]),
  ];
}

function overNights(read: readonly Read[]): Compared {
  const valid = read.filter(({ analysis }) => analysis.validity.valid);
  const series = seriesOf(valid.map(({ record, groups }) => ({ startedAt: record.manifest.startedAt, groups })));
  const found = verdictsOverNights(series, (of) => random("nights", of.scenario, of.metric, of.stat, of.a, of.b));
  const facts = factsOf(read);
  const uncovered = found.kind === "verdicts" ? found.uncovered : 0;
  const notes = [
    ...facts.notes.map((note) => `${note}; left out`),
    ...(uncovered === 0 ? [] : [`${uncovered} more comparisons have too few slots by themselves`]),
  ];
  return {
    scope: "nights",
    ...facts,
    notes,
    verdicts: found.kind === "verdicts" ? found.verdicts : [],
    refused: found.kind === "refused" ? found.coverage : null,
  };
}

import { type CarbonOverrides, overrideProblems, type StatedJoules } from "../../core/carbon.ts";
import { HOST, IDLE } from "./data/constants.ts";
import type { Factor, Quantity } from "./factor.ts";
import type { CarbonFlag } from "./flags.ts";
import { envelopeFootprint, type Footprint, type Multipliers, scaledFootprint } from "./footprint.ts";
import { type CarbonTarget, type Hardware, hardwareOf, isMeasuredModel } from "./hardware.ts";
import { statedQuantity } from "./overrides.ts";
import { reversed } from "./range.ts";
import { joulesScenario, type Scenario, shapeScenario } from "./scenario.ts";
import { type Reporting, type Sci, sciOf } from "./sci.ts";
import { type Site, siteOf } from "./site/site.ts";
import { statementsOf } from "./statements.ts";
import { modelFactors, scenarioFactors, siteFactors, workloadFactors } from "./trace.ts";
import { type Work, type Workload, workOf } from "./work.ts";

/** Method and tables together: any other number for the same input needs another version. */
export const CARBON_MODEL_VERSION = "1.0";

/** One target in one window. */
export interface CarbonInput {
  readonly target: CarbonTarget;
  readonly workload: Workload;
  readonly overrides: CarbonOverrides;
  readonly reporting: Reporting;
}

/** What is known, however wide; every number in it can be recomputed from `factors`. */
export interface CarbonEstimate {
  readonly kind: "estimate";
  readonly carbonModelVersion: typeof CARBON_MODEL_VERSION;
  /** Of all attempts together. */
  readonly total: Footprint;
  /**
   * Per 1,000 output tokens of completed answers, which carry the failed ones too; null when nothing completed. `totalG` is
   * the published figure.
   */
  readonly per1kOutput: Footprint | null;
  readonly work: Work;
  /** One per deployment that may stand behind the target; more than one makes an envelope. */
  readonly scenarios: readonly Scenario[];
  readonly site: Site;
  readonly multipliers: Multipliers;
  readonly sci: Sci;
  /** Sorted. */
  readonly flags: readonly CarbonFlag[];
  readonly factors: readonly Factor[];
  /** Sentences that belong beside the number wherever it is printed at length. */
  readonly statements: readonly string[];
}

/** An honest blank. */
export interface NotEstimable {
  readonly kind: "not-estimable";
  readonly carbonModelVersion: typeof CARBON_MODEL_VERSION;
  readonly reason: string;
}

/**
 * Energy, carbon and water of a workload at a target of Llama 3.1 405B, as ranges: carbon-model 1.0.
 *
 * Tokens and pace come from the run, all else from dated tables, each replaced by what `overrides` state. Energy is prefill
 * by operations, decode by measured joules at the batch that the time per output token still allows, and reading of keys and
 * values; then host, idle share and PUE. Carbon is location-based; the market-based figure stands apart. Units: Wh, gCO2e,
 * mL. `low` ≤ `central` ≤ `high` everywhere, a judged range of about 5 to 95 %. With unknown hardware one envelope spans
 * every calibrated deployment.
 *
 * Returns `not-estimable` with its reason for other models, for number formats and silicon whose energy nobody has
 * published, and for a workload without attempts. Throws on overrides that {@link overrideProblems} finds fault with.
 * Pure: the same input gives the same estimate.
 */
export function estimateCarbon({ target, workload, overrides, reporting }: CarbonInput): CarbonEstimate | NotEstimable {
  const problems = overrideProblems(overrides);
  if (problems.length > 0) throw new TypeError(`carbon overrides: ${problems.join("; ")}`);
  if (workload.attempts.length === 0) return notEstimable("no attempts");
  if (overrides.joulesPerOutputToken === undefined && !isMeasuredModel(target.model)) {
    return notEstimable(`no energy of ${target.model} is calibrated: only Llama 3.1 405B and its fine-tunes are`);
  }
  const site = siteOf(target, overrides);
  const by = multipliersOf(site, overrides);
  const work = workOf(workload);
  const behind = scenariosOf(target, work, overrides, by);
  if ("reason" in behind) return notEstimable(behind.reason);
  const { scenarios, hardware } = behind;
  const total = envelopeFootprint(scenarios);
  const per1kOutput = work.servedTokens === 0 ? null : scaledFootprint(total, 1000 / work.servedTokens);
  const supplied: CarbonFlag[] = Object.keys(overrides).length > 0 ? ["provider-supplied"] : [];
  const raised = [...site.flags, ...(hardware?.flags ?? []), ...scenarios.flatMap((one) => one.flags), ...supplied];
  const flags = [...new Set(raised)].toSorted();
  const zone = zoneOf(site, overrides);
  const version = CARBON_MODEL_VERSION;
  return {
    kind: "estimate",
    carbonModelVersion: version,
    total,
    per1kOutput,
    work,
    scenarios,
    site,
    multipliers: by,
    sci: sciOf({ per1kOutput, work, zone, grid: site.grid, scenarios, reporting, version }),
    flags,
    factors: distinct([
      ...workloadFactors(workload),
      ...(hardware?.factors ?? []),
      ...scenarios.flatMap(scenarioFactors),
      ...modelFactors(by.host, by.idle, scenarios),
      ...siteFactors(site),
    ]),
    statements: statementsOf(site, flags),
  };
}

/** Scenarios share some factors, which need one line. */
function distinct(factors: readonly Factor[]): Factor[] {
  return [...new Map(factors.map((factor) => [`${factor.hardware} ${factor.name}`, factor])).values()];
}

function notEstimable(reason: string): NotEstimable {
  return { kind: "not-estimable", carbonModelVersion: CARBON_MODEL_VERSION, reason };
}

function multipliersOf({ pue, wue, ewif, grid, market }: Site, { joulesPerOutputToken }: CarbonOverrides): Multipliers {
  const host = joulesPerOutputToken?.boundary === "node" ? hostInside(joulesPerOutputToken) : HOST;
  return { host, idle: IDLE, pue, wue, ewif, grid, market };
}

/** A meter at the inlet of the node has the host in its figure already. */
function hostInside({ source, date }: StatedJoules): Quantity {
  return statedQuantity(HOST.name, HOST.unit, {
    value: 1,
    source: `${source}: metered at the inlet of the node`,
    date,
  });
}

type Behind = { readonly scenarios: readonly Scenario[]; readonly hardware: Hardware | null };

function scenariosOf(
  target: CarbonTarget,
  work: Work,
  overrides: CarbonOverrides,
  by: Multipliers,
): Behind | { readonly reason: string } {
  const { joulesPerOutputToken: joules, batch } = overrides;
  if (joules !== undefined) {
    const quantity = statedQuantity("energy per output token, prompts included", `J at the ${joules.boundary}`, joules);
    return { scenarios: [joulesScenario(quantity, work, by)], hardware: null };
  }
  const hardware = hardwareOf(target, overrides);
  if ("reason" in hardware) return hardware;
  const ascending = batch === undefined ? null : statedQuantity("batch size", "sequences", batch);
  const stated = ascending && { ...ascending, range: reversed(ascending.range) };
  const scenarios = hardware.scenarios.map(({ shape, weight }) => shapeScenario(shape, weight, work, by, stated));
  return { scenarios, hardware };
}

/** The one zone that the grid intensity belongs to; null while several could have served. */
function zoneOf({ flags, place }: Site, overrides: CarbonOverrides): string | null {
  const only = place.zones.length === 1 ? place.zones[0]! : null;
  if (overrides.gridGPerKwh !== undefined) return only ?? "as supplied";
  return flags.includes("region-unknown") ? null : only;
}

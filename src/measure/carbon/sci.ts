import { LIFETIME, UTILISATION } from "./data/constants.ts";
import type { Quantity } from "./factor.ts";
import type { Footprint } from "./footprint.ts";
import type { Range } from "./range.ts";
import type { Scenario } from "./scenario.ts";
import type { Work } from "./work.ts";

/** Who publishes the figure, and the time that it covers: what only the caller knows. */
export interface Reporting {
  /** Person or organisation that answers for the figure. */
  readonly responsible: string | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** The seven statements without which the words "SCI" may not stand beside a number. */
export const SCI_FIELDS = [
  "functional unit",
  "boundary",
  "energy",
  "grid intensity with zone and year",
  "embodied emissions",
  "components over a time span",
  "method, version and who answers for it",
] as const;

export type SciField = (typeof SCI_FIELDS)[number];

/**
 * Software Carbon Intensity (Green Software Foundation SCI 1.1, ISO/IEC 21031:2024): (E × I + M) per R. With every field it is
 * "SCI (modelled)", since E is modelled and not metered; with one missing it is a carbon estimate.
 */
export interface Sci {
  readonly label: "SCI (modelled)" | "carbon estimate";
  readonly missing: readonly SciField[];
  /** gCO2e per R; null while the label is refused. */
  readonly score: number | null;
  readonly interval: Range | null;
  readonly unit: "gCO2e per R";
  readonly r: string;
  readonly boundary: string;
  /** kWh per R at the meter, idle and reserved hardware and PUE included. */
  readonly energyKwh: number | null;
  readonly gridGPerKwh: number;
  readonly gridZone: string | null;
  readonly gridYear: string;
  readonly gridSource: string;
  readonly embodiedG: number | null;
  /** One per hardware scenario. */
  readonly hardware: readonly SciHardware[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly method: string;
  readonly version: string;
  readonly responsible: string | null;
}

export interface SciHardware {
  readonly id: string;
  readonly totalEmbodiedKg: number;
  readonly lifespanYears: number;
  readonly utilisation: number;
  /** Time reserved over expected lifespan, for one R. */
  readonly timeShare: number;
  readonly resourceShare: number;
}

const BOUNDARY =
  "in: accelerators, hosts, idle and reserved hardware, facility overhead, share in making the nodes, failed attempts; " +
  "out: training, end-user devices, network, data-centre construction, storage, the load generator";

const METHOD = "modelled from token counts and time per output token; coefficients in the list of factors";

/** (O + M) per unit, all in gCO2e; M = 0 is a statement of its own and never a default. */
export function sciScore(operationalG: number, embodiedG: number, units: number): number {
  return (operationalG + embodiedG) / units;
}

/** The score of a footprint per 1,000 output tokens, or the fields that it lacks. */
export function sciOf(of: {
  readonly per1kOutput: Footprint | null;
  readonly work: Work;
  readonly zone: string | null;
  readonly grid: Quantity;
  readonly scenarios: readonly Scenario[];
  readonly reporting: Reporting;
  readonly version: string;
}): Sci {
  const { per1kOutput, grid, reporting, zone } = of;
  const { responsible, startedAt, endedAt } = reporting;
  const embodied = per1kOutput?.embodiedG ?? null;
  const missing: SciField[] = [
    ...(per1kOutput === null ? (["functional unit", "energy"] as const) : []),
    ...(zone === null ? (["grid intensity with zone and year"] as const) : []),
    ...(embodied === null ? (["embodied emissions"] as const) : []),
    ...(startedAt === null || endedAt === null ? (["components over a time span"] as const) : []),
    ...(responsible === null ? (["method, version and who answers for it"] as const) : []),
  ];
  const complete = missing.length === 0;
  return {
    label: complete ? "SCI (modelled)" : "carbon estimate",
    missing,
    score:
      complete && per1kOutput !== null && embodied !== null
        ? sciScore(per1kOutput.operationalG.central, embodied.central, 1)
        : null,
    interval: complete ? (per1kOutput?.totalG ?? null) : null,
    unit: "gCO2e per R",
    r:
      `1,000 output tokens of completed answers, prompts of ${Math.round(of.work.meanInputTokens)} tokens on average: tokens are ` +
      "what a language model sells",
    boundary: BOUNDARY,
    energyKwh: per1kOutput === null ? null : per1kOutput.facilityWh.central / 1000,
    gridGPerKwh: grid.range.central,
    gridZone: zone,
    gridYear: grid.date,
    gridSource: grid.source,
    embodiedG: embodied?.central ?? null,
    hardware: of.scenarios.flatMap((scenario) => hardwareShare(scenario, of.work.servedTokens)),
    startedAt,
    endedAt,
    method: METHOD,
    version: `carbon-model ${of.version}`,
    responsible,
  };
}

function hardwareShare(scenario: Scenario, outputTokens: number): SciHardware[] {
  if (scenario.kind === "supplied" || outputTokens === 0) return [];
  const { shape, heldS } = scenario;
  const lifespanYears = LIFETIME.range.central;
  const utilisation = UTILISATION.range.central;
  return [
    {
      id: shape.id,
      totalEmbodiedKg: shape.nodeEmbodiedKg.central,
      lifespanYears,
      utilisation,
      timeShare: ((heldS.central / outputTokens) * 1000) / (lifespanYears * 365 * 86_400 * utilisation),
      resourceShare: shape.gpus / shape.gpusPerNode,
    },
  ];
}

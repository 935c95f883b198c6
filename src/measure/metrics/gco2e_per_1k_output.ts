import { twoDigits } from "../carbon/significant.ts";
import type { Flag } from "../flags.ts";
import { figure, type GroupMetric, type GroupReading } from "../metric.ts";
import type { Group } from "../group.ts";

export const gco2ePer1kOutput: GroupMetric = {
  id: "gco2e_per_1k_output",
  unit: "g/1k",
  direction: "lower",
  title: "Carbon estimate",
  definition:
    "gCO2e per 1,000 output tokens of the answers, failed attempts charged to them: operation by the average intensity of the " +
    "grid plus a share in making the hardware. Modelled from tokens and pace, never metered; low and high are a judged range " +
    "of about 5 to 95 %, no statistical interval. Two significant digits.",
  flags: ["carbon_extrapolated", "carbon_not_estimable", "carbon_supplied"],
  level: "group",
  read,
};

function read({ carbon: { estimate } }: Group): GroupReading {
  if (estimate.kind === "not-estimable" || estimate.per1kOutput === null) {
    return figure(null, 0, ["carbon_not_estimable"]);
  }
  const { low, central, high } = estimate.per1kOutput.totalG;
  const flags: readonly Flag[] = [
    ...(estimate.flags.includes("extrapolated") ? (["carbon_extrapolated"] as const) : []),
    ...(estimate.flags.includes("provider-supplied") ? (["carbon_supplied"] as const) : []),
  ];
  const rounded = (grams: number): number => Number(twoDigits(grams));
  return { value: rounded(central), low: rounded(low), high: rounded(high), n: estimate.work.completed, flags };
}

import { LIFETIME, UTILISATION } from "./data/constants.ts";
import type { Shape } from "./data/shapes.ts";
import { columns, type Range } from "./range.ts";

const SECONDS_PER_YEAR = 365 * 86_400;

/**
 * Embodied emissions that a piece of work answers for, in gCO2e: total emissions of the hardware × share of its life ×
 * share of its resources (Software Carbon Intensity 1.1, M = TE × TS × RS).
 */
export function embodiedShareG(totalKg: number, timeShare: number, resourceShare: number): number {
  return totalKg * 1000 * timeShare * resourceShare;
}

/**
 * Embodied gCO2e per second for which the whole deployment is held. An hour of work answers for the idle ones around it,
 * so utilisation shortens the life. The three columns are formed together, fully correlated, and therefore lie far apart.
 */
export function embodiedRate(shape: Shape): Range {
  return columns((column) => {
    const timeShare = 1 / (LIFETIME.range[column] * SECONDS_PER_YEAR * UTILISATION.range[column]);
    return embodiedShareG(shape.nodeEmbodiedKg[column], timeShare, shape.gpus / shape.gpusPerNode);
  });
}

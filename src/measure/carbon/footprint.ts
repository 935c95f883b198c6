import type { Quantity } from "./factor.ts";
import { envelope, product, type Range, scaled, sum } from "./range.ts";

/** What some work costs the world. Every sum is formed column by column. */
export interface Footprint {
  /** Electricity at the inlet of the nodes, idle share included. */
  readonly itWh: Range;
  /** Electricity at the meter of the building. */
  readonly facilityWh: Range;
  /** Emissions of that electricity, location-based average. */
  readonly operationalG: Range;
  /** The same by the seller's market-based figure; null where none is published. Never in a sum, a score or a ranking. */
  readonly marketG: Range | null;
  /** Share in making the hardware; null where it is not known. */
  readonly embodiedG: Range | null;
  /** Operation and embodied; operation alone where the latter is not known. */
  readonly totalG: Range;
  readonly siteWaterMl: Range;
  readonly offSiteWaterMl: Range;
  readonly waterMl: Range;
}

/** What turns energy at the accelerators into a footprint. */
export interface Multipliers {
  readonly host: Quantity;
  readonly idle: Quantity;
  readonly pue: Quantity;
  readonly wue: Quantity;
  readonly ewif: Quantity;
  readonly grid: Quantity;
  readonly market: Quantity | null;
}

export const JOULES_PER_WH = 3600;

/**
 * Footprint of energy at the accelerators. Wh × g/kWh / 1000 = g, and Wh × L/kWh = mL. Each product spreads as the root sum
 * of squares of its own factors.
 */
export function footprintOf(acceleratorJ: Range, by: Multipliers, embodiedG: Range | null): Footprint {
  const it = [scaled(acceleratorJ, 1 / JOULES_PER_WH), by.host.range, by.idle.range];
  const facility = [...it, by.pue.range];
  const marketRange = by.market?.range;
  return withSums({
    itWh: product(it),
    facilityWh: product(facility),
    operationalG: scaled(product([...facility, by.grid.range]), 1 / 1000),
    marketG: marketRange === undefined ? null : scaled(product([...facility, marketRange]), 1 / 1000),
    embodiedG,
    siteWaterMl: product([...it, by.wue.range]),
    offSiteWaterMl: product([...facility, by.ewif.range]),
  });
}

/** One footprint over hardware scenarios of which one is true. */
export function envelopeFootprint(
  scenarios: readonly { readonly footprint: Footprint; readonly weight: number }[],
): Footprint {
  const over = (pick: (footprint: Footprint) => Range): Range =>
    envelope(scenarios.map(({ footprint, weight }) => ({ range: pick(footprint), weight })));
  const overKnown = (pick: (footprint: Footprint) => Range | null): Range | null => {
    const known = scenarios.flatMap(({ footprint, weight }) => {
      const range = pick(footprint);
      return range === null ? [] : [{ range, weight }];
    });
    return known.length === scenarios.length ? envelope(known) : null;
  };
  return withSums({
    itWh: over(({ itWh }) => itWh),
    facilityWh: over(({ facilityWh }) => facilityWh),
    operationalG: over(({ operationalG }) => operationalG),
    marketG: overKnown(({ marketG }) => marketG),
    embodiedG: overKnown(({ embodiedG }) => embodiedG),
    siteWaterMl: over(({ siteWaterMl }) => siteWaterMl),
    offSiteWaterMl: over(({ offSiteWaterMl }) => offSiteWaterMl),
  });
}

/** The same work in another unit. */
export function scaledFootprint(footprint: Footprint, factor: number): Footprint {
  const known = (range: Range | null): Range | null => (range === null ? null : scaled(range, factor));
  return withSums({
    itWh: scaled(footprint.itWh, factor),
    facilityWh: scaled(footprint.facilityWh, factor),
    operationalG: scaled(footprint.operationalG, factor),
    marketG: known(footprint.marketG),
    embodiedG: known(footprint.embodiedG),
    siteWaterMl: scaled(footprint.siteWaterMl, factor),
    offSiteWaterMl: scaled(footprint.offSiteWaterMl, factor),
  });
}

function withSums(parts: Omit<Footprint, "totalG" | "waterMl">): Footprint {
  const { operationalG, embodiedG, siteWaterMl, offSiteWaterMl } = parts;
  return {
    ...parts,
    totalG: embodiedG === null ? operationalG : sum(operationalG, embodiedG),
    waterMl: sum(siteWaterMl, offSiteWaterMl),
  };
}

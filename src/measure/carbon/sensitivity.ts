import type { CarbonOverrides } from "../../core/carbon.ts";
import { estimateCarbon, type CarbonInput } from "./estimate.ts";
import type { Provenance } from "./factor.ts";
import { intensitiesOf } from "./site/grid.ts";
import type { Site } from "./site/site.ts";

/** The central figure under one other assumption. */
export interface Sensitivity extends Pick<Provenance, "source" | "date"> {
  readonly name: string;
  /** Central gCO2e per 1,000 output tokens. */
  readonly totalG: number;
}

/**
 * What the central figure would be with a batch of 8 or 256, on the marginal grid, by every other published average of the
 * grid, and without embodied emissions. Empty where nothing is estimable.
 */
export function sensitivitiesOf(input: CarbonInput): Sensitivity[] {
  const base = estimateCarbon(input);
  if (base.kind === "not-estimable" || base.per1kOutput === null) return [];
  const judged = { source: "another assumption", date: "2026" };
  const batches = input.overrides.joulesPerOutputToken === undefined ? [8, 256] : [];
  const variants: Variant[] = [
    ...batches.map((value) => ({ name: `batch ${value}`, overrides: { batch: { value, ...judged } }, ...judged })),
    ...gridVariants(base.site),
  ];
  const found = variants.flatMap(({ name, overrides, source, date }) => {
    const other = estimateCarbon({ ...input, overrides: { ...input.overrides, ...overrides } });
    if (other.kind === "not-estimable" || other.per1kOutput === null) return [];
    return [{ name, totalG: other.per1kOutput.totalG.central, source, date }];
  });
  const operational = base.per1kOutput.operationalG.central;
  return [...found, { name: "without embodied emissions", totalG: operational, ...judged }];
}

interface Variant {
  readonly name: string;
  readonly overrides: CarbonOverrides;
  readonly source: string;
  readonly date: string;
}

/** The marginal grid, and every published average but the central one; none while several zones could have served. */
function gridVariants({ place, marginal }: Site): Variant[] {
  const variant = (name: string, value: number, { source, date }: Provenance): Variant => ({
    name: `${name}, ${value} gCO2e/kWh`,
    overrides: { gridGPerKwh: { value, source, date } },
    source,
    date,
  });
  const [zone, ...more] = place.zones;
  const others = zone === undefined || more.length > 0 ? [] : intensitiesOf(zone).slice(1);
  return [
    ...(marginal === null ? [] : [variant("marginal grid", marginal.range.central, marginal)]),
    ...others.map((other) => variant("another average of the grid", other.gPerKwh, other)),
  ];
}

import type { CarbonOverrides, StatedNumber } from "../../../core/carbon.ts";
import { MARGINAL_G_PER_KWH } from "../data/marginal.ts";
import { MARKET_CLAIMS } from "../data/market-claims.ts";
import { own, REGION_TABLE } from "../data/provenance.ts";
import { type Factor, nameFactor, type Provenance, type Quantity } from "../factor.ts";
import type { CarbonFlag } from "../flags.ts";
import { statedQuantity, supplied } from "../overrides.ts";
import { exactly } from "../range.ts";
import { facilityFigure } from "./facility.ts";
import { gridOf } from "./grid.ts";
import { offSiteWater } from "./off-site-water.ts";
import { type Place, placeOf, type StatedPlace } from "./place.ts";

/** Building and grid behind a target. */
export interface Site {
  readonly place: Place;
  readonly pue: Quantity;
  readonly wue: Quantity;
  readonly ewif: Quantity;
  /** Location-based average. */
  readonly grid: Quantity;
  /** Market-based, where the seller publishes one: never ranked on. */
  readonly market: Quantity | null;
  /** Marginal intensity where the region is known: a sensitivity. */
  readonly marginal: Quantity | null;
  /** Names of region and zone, with who says so. */
  readonly names: readonly Factor[];
  readonly flags: readonly CarbonFlag[];
}

/** The site of a target by the tables, each factor replaced by what the overrides state. */
export function siteOf(target: Omit<StatedPlace, "zone">, overrides: CarbonOverrides): Site {
  const region = overrides.region?.value ?? target.region;
  const place = placeOf({ ...target, region, zone: overrides.zone?.value ?? null });
  const { grid, flags: gridFlags } = gridOf(place.zones);
  const { ewif, flags: waterFlags } = offSiteWater(place.zones);
  return {
    place,
    pue: replaced(facilityFigure(place, "pue"), overrides.pue),
    wue: replaced(facilityFigure(place, "wueLPerKwh"), overrides.wue),
    ewif: replaced(ewif, overrides.ewif),
    grid: replaced(grid, overrides.gridGPerKwh),
    market: marketOf(place, overrides),
    marginal: marginalOf(place),
    names: namesOf(place, target, overrides),
    flags: [
      ...place.flags,
      ...(overrides.gridGPerKwh === undefined ? gridFlags : []),
      ...(overrides.ewif === undefined ? waterFlags : []),
    ],
  };
}

function replaced(quantity: Quantity, stated: StatedNumber | undefined): Quantity {
  return stated === undefined ? quantity : statedQuantity(quantity.name, quantity.unit, stated);
}

function namesOf(place: Place, target: Omit<StatedPlace, "zone">, { region, zone }: CarbonOverrides): Factor[] {
  const listed = (names: readonly string[]): string => (names.length === 0 ? "unknown" : names.join(", "));
  const fed =
    place.zones.length === 0
      ? unknown("no region is known")
      : own("the zone of Electricity Maps that feeds the region");
  const from =
    place.regions.length === 0 && region === undefined ? noRegion(target, zone !== undefined) : regionFrom(target);
  return [
    nameFactor("region", listed(place.regions), null, region === undefined ? from : supplied(region)),
    nameFactor("grid zone", listed(place.zones), null, zone === undefined ? fed : supplied(zone)),
  ];
}

function noRegion({ region }: Omit<StatedPlace, "zone">, hasZone: boolean): Provenance {
  const why =
    region === null ? "none is stated, and the operator has none in the tables" : `${region} is not in the tables`;
  return unknown(hasZone ? `${why}; the grid follows from the stated zone all the same` : why);
}

function unknown(source: string): Provenance {
  return { source, date: "this run", licence: "not found", kind: "unknown" };
}

function regionFrom({ region, publishedRegions }: Omit<StatedPlace, "zone">): Provenance {
  if (region !== null) return { source: "the target's definition", date: "this run", licence: "yours", kind: "stated" };
  return own(
    publishedRegions.length > 0
      ? "no region is stated, so every one in which the seller offers the model could have served"
      : "no region is stated, so every listed one of the operator could have served",
  );
}

function marketOf({ cloud, regions }: Place, overrides: CarbonOverrides): Quantity | null {
  const label = { name: "grid intensity, market-based (annual matching claim)", unit: "gCO2e/kWh" };
  if (overrides.marketGPerKwh !== undefined) return statedQuantity(label.name, label.unit, overrides.marketGPerKwh);
  const bare = regions.map((region) => region.slice(region.indexOf(":") + 1));
  const claim = MARKET_CLAIMS.find(
    (row) => row.cloud === cloud && (row.regions.length === 0 || bare.every((region) => row.regions.includes(region))),
  );
  if (claim === undefined) return null;
  const { gPerKwh, source, licence, date, kind } = claim;
  return { ...label, range: exactly(gPerKwh), source, licence, date, kind };
}

function marginalOf({ regions }: Place): Quantity | null {
  const [gPerKwh, year] = (regions.length === 1 ? MARGINAL_G_PER_KWH[regions[0]!] : undefined) ?? [];
  if (gPerKwh === undefined) return null;
  return {
    name: "grid intensity, marginal",
    unit: "gCO2e/kWh",
    range: exactly(gPerKwh),
    ...REGION_TABLE,
    source: `${REGION_TABLE.source}, WattTime column`,
    date: String(year),
  };
}

import { electricityMapsYear, emberCountry, type PackagedIntensity } from "../data/grid-package.ts";
import { EMBER_NAMES, GRID_VALUES, NEIGHBOUR_ZONES } from "../data/grid-values.ts";
import { own } from "../data/provenance.ts";
import type { Provenance, Quantity } from "../factor.ts";
import type { CarbonFlag } from "../flags.ts";
import { envelope } from "../range.ts";

const NAME = "grid intensity, location-based average";
const UNIT = "gCO2e/kWh";

/** One published average of a zone. */
export interface Intensity extends Provenance {
  readonly gPerKwh: number;
}

/** Year of the central values. */
const YEAR = 2025;

/**
 * Every average that is known for a zone, the central one first: Electricity Maps of the newest year, the year before,
 * neighbours, other methods, and Ember where the zone is a country. Empty for an unknown zone.
 */
export function intensitiesOf(zone: string): readonly Intensity[] {
  const neighbours = (NEIGHBOUR_ZONES.get(zone) ?? []).map((name) => electricityMapsYear(name, YEAR));
  const country = EMBER_NAMES.get(zone);
  const ember = country === undefined ? null : emberCountry(country);
  const packaged = [electricityMapsYear(zone, YEAR), electricityMapsYear(zone, 2024), ...neighbours, ember];
  const others = GRID_VALUES.filter((value) => value.zone === zone).map((value) => ({
    ...value,
    source: `${value.source}, ${value.scope}`,
  }));
  return [...packaged.filter((value): value is PackagedIntensity => value !== null), ...others];
}

/** The grid of one zone: centre by Electricity Maps, ends by whatever else is published. Null for an unknown zone. */
export function zoneGrid(zone: string): Quantity | null {
  const values = intensitiesOf(zone);
  const [central] = values;
  if (central === undefined) return null;
  const lowest = values.reduce((least, value) => (value.gPerKwh < least.gPerKwh ? value : least));
  const highest = values.reduce((most, value) => (value.gPerKwh > most.gPerKwh ? value : most));
  const ends = [
    lowest.gPerKwh < central.gPerKwh ? `low: ${cited(lowest)}` : "low: no published average is lower",
    highest.gPerKwh > central.gPerKwh ? `high: ${cited(highest)}` : "high: no published average is higher",
  ];
  return {
    name: NAME,
    unit: UNIT,
    range: { low: lowest.gPerKwh, central: central.gPerKwh, high: highest.gPerKwh },
    ...central,
    source: [cited(central), ...ends].join(" · "),
    licence: [...new Set([central, lowest, highest].map(({ licence }) => licence))].join(" · "),
  };
}

function cited({ source, date }: Intensity): string {
  return `${source}, ${date}`;
}

/** When nothing is known of the place: the United States, with ends from a hydro and a coal grid. */
const UNKNOWN: Quantity = {
  name: NAME,
  unit: UNIT,
  range: { low: 28, central: 414, high: 653 },
  ...own("place unknown: centre of the United States (Electricity Maps 2025), ends of Iceland and western India"),
};

/** The grid of a place: one zone's, or a range over all zones that could have served, none more likely than another. */
export function gridOf(zones: readonly string[]): { readonly grid: Quantity; readonly flags: readonly CarbonFlag[] } {
  const known = zones.map(zoneGrid).filter((grid): grid is Quantity => grid !== null);
  const [only] = known;
  if (only === undefined) return { grid: UNKNOWN, flags: ["region-unknown"] };
  if (known.length === 1) {
    const thin = zones.length === 1 && intensitiesOf(zones[0]!).length <= 2;
    return { grid: only, flags: thin ? ["grid-two-values-only"] : [] };
  }
  const grid = {
    name: NAME,
    unit: UNIT,
    range: envelope(known.map(({ range }) => ({ range, weight: 1 }))),
    ...own(`region unknown: range over ${zones.join(", ")}, centre their geometric mean at equal weights`),
    licence: only.licence,
  };
  return { grid, flags: ["region-unknown"] };
}

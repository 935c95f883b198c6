import { averageIntensity, electricityMaps } from "@tgwf/co2/data";
import type { Provenance } from "../factor.ts";

/*
 * Grid intensities that the npm package `@tgwf/co2` carries, read and never copied: its code is Apache-2.0, but the values of
 * Electricity Maps are ODbL 1.0 (credit them, share alike) and those of Ember CC BY-SA 4.0. The version is pinned, since
 * other values would be another model.
 */

const VERSION = "0.19.0";

/** An average intensity by the package, gCO2e/kWh. */
export interface PackagedIntensity extends Provenance {
  readonly gPerKwh: number;
}

/** Electricity Maps: life-cycle emissions of the electricity consumed, flows between zones traced, whole grams. Null for
 * a zone that it does not know. */
export function electricityMapsYear(zone: string, year: 2024 | 2025): PackagedIntensity | null {
  const table = year === 2025 ? electricityMaps.yearly2025 : electricityMaps.yearly2024;
  if (!Object.hasOwn(table.data, zone)) return null;
  return {
    gPerKwh: table.data[zone]!.carbonIntensity.value,
    source: `Electricity Maps yearly average, life-cycle, flow-traced, zone ${zone} (via @tgwf/co2 ${VERSION})`,
    licence: "ODbL 1.0, credit: Electricity Maps",
    date: String(year),
    kind: "stated",
  };
}

/** Years of Ember's values: the export has none, the package's repository has them. */
const EMBER_YEARS: Readonly<Record<string, number>> = { ISL: 2023 };

/** Ember: life-cycle emissions of a country's generation. Null for a country that it does not know. */
export function emberCountry(country: string): PackagedIntensity | null {
  if (!Object.hasOwn(averageIntensity.data, country)) return null;
  return {
    gPerKwh: averageIntensity.data[country]!,
    source: `Ember yearly average, life-cycle, generation of ${country} (via @tgwf/co2 ${VERSION})`,
    licence: "CC BY-SA 4.0, credit: Ember",
    date: String(EMBER_YEARS[country] ?? 2024),
    kind: "stated",
  };
}

import type { Provenance } from "../factor.ts";
import { ECOLOGITS_MIXES, LBNL, LESS_THIRSTY } from "./provenance.ts";

/**
 * Water that a kWh of electricity uses where it is generated (EWIF). High values are evaporation from the reservoirs of
 * hydropower. The numbers from EcoLogits come under MPL-2.0, which is why they stand in a file of their own.
 */
export interface WaterFactor extends Provenance {
  /** ISO 3166-1 alpha-2, the first part of a zone's name. */
  readonly country: string;
  /** Zone inside the country; null for all of it. */
  readonly zone: string | null;
  readonly lPerKwh: number;
  readonly scope: string;
}

const COUNTRIES: readonly (readonly [country: string, lPerKwh: number])[] = [
  ["US", 3.1321],
  ["FR", 3.6737],
  ["DE", 1.947],
  ["FI", 4.5289],
  ["IS", 6.1409],
  ["SE", 6.0315],
  ["NO", 6.6633],
  ["GB", 2.329],
  ["IE", 1.4769],
  ["NL", 3.433],
  ["IN", 3.4368],
  ["JP", 2.3063],
  ["CA", 8.1662],
];

/** The centre for the United States; the other values of the country and zone are its ends. */
export const US_WATER: WaterFactor = {
  country: "US",
  zone: null,
  // oxlint-disable-next-line oxc/approx-constant -- litres per kWh, not a circle
  lPerKwh: 3.142,
  scope: "United States, average",
  ...LESS_THIRSTY,
};

export const WORLD_WATER: WaterFactor = {
  country: "world",
  zone: null,
  lPerKwh: 3.908,
  scope: "world, average",
  ...ECOLOGITS_MIXES,
};

export const WATER_FACTORS: readonly WaterFactor[] = [
  ...COUNTRIES.map(([country, lPerKwh]) => ({ country, zone: null, lPerKwh, scope: country, ...ECOLOGITS_MIXES })),
  US_WATER,
  { country: "US", zone: "US-MIDA-PJM", lPerKwh: 2.385, scope: "Virginia", ...LESS_THIRSTY },
  { country: "US", zone: "US-TEX-ERCO", lPerKwh: 1.287, scope: "Texas", ...LESS_THIRSTY },
  { country: "US", zone: "US-MIDW-MISO", lPerKwh: 3.104, scope: "Iowa", ...LESS_THIRSTY },
  {
    country: "US",
    zone: "US-NW-BPAT",
    lPerKwh: 9.501,
    scope: "Washington, in the same balancing area",
    ...LESS_THIRSTY,
  },
  { country: "US", zone: null, lPerKwh: 4.52, scope: "United States, weighted by data centres", ...LBNL },
  { country: "US", zone: null, lPerKwh: 4.35, scope: "United States, grid average", ...LBNL },
];

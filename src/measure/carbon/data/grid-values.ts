import type { Provenance } from "../factor.ts";
import { EGRID, GOOGLE_REGIONS } from "./provenance.ts";

/** An average intensity of one zone by another method than Electricity Maps': an end of its range, never its centre. */
export interface GridValue extends Provenance {
  readonly zone: string;
  readonly gPerKwh: number;
  readonly scope: string;
}

/* Google's and EPA's figures count direct emissions of generation, Electricity Maps' the life cycle of consumption. */
export const GRID_VALUES: readonly GridValue[] = [
  { zone: "US-MIDA-PJM", gPerKwh: 323.05, scope: "Google Cloud us-east4, us-east5", ...GOOGLE_REGIONS },
  { zone: "US-MIDA-PJM", gPerKwh: 271.0, scope: "subregion SRVC (Dominion)", ...EGRID },
  { zone: "US-NW-BPAT", gPerKwh: 79.23, scope: "Google Cloud us-west1", ...GOOGLE_REGIONS },
  { zone: "US-MIDW-MISO", gPerKwh: 412.72, scope: "Google Cloud us-central1", ...GOOGLE_REGIONS },
  { zone: "US-TEX-ERCO", gPerKwh: 302.95, scope: "Google Cloud us-south1", ...GOOGLE_REGIONS },
  { zone: "US-TEX-ERCO", gPerKwh: 332.9, scope: "subregion ERCT", ...EGRID },
  { zone: "US-CAL-CISO", gPerKwh: 169.28, scope: "Google Cloud us-west2", ...GOOGLE_REGIONS },
  { zone: "FR", gPerKwh: 16.3, scope: "Google Cloud europe-west9", ...GOOGLE_REGIONS },
  { zone: "DE", gPerKwh: 275.82, scope: "Google Cloud europe-west3", ...GOOGLE_REGIONS },
  { zone: "FI", gPerKwh: 39.32, scope: "Google Cloud europe-north1", ...GOOGLE_REGIONS },
  { zone: "SE", gPerKwh: 2.73, scope: "Google Cloud europe-north2", ...GOOGLE_REGIONS },
  { zone: "GB", gPerKwh: 105.94, scope: "Google Cloud europe-west2", ...GOOGLE_REGIONS },
  { zone: "NL", gPerKwh: 208.81, scope: "Google Cloud europe-west4", ...GOOGLE_REGIONS },
  { zone: "IN-WE", gPerKwh: 678.76, scope: "Google Cloud asia-south1", ...GOOGLE_REGIONS },
  { zone: "SG", gPerKwh: 366.85, scope: "Google Cloud asia-southeast1", ...GOOGLE_REGIONS },
  { zone: "JP-TK", gPerKwh: 452.85, scope: "Google Cloud asia-northeast1", ...GOOGLE_REGIONS },
  { zone: "CA-QC", gPerKwh: 5.48, scope: "Google Cloud northamerica-northeast1", ...GOOGLE_REGIONS },
  { zone: "ES", gPerKwh: 89.04, scope: "Google Cloud europe-southwest1", ...GOOGLE_REGIONS },
  { zone: "BR-CS", gPerKwh: 67.32, scope: "Google Cloud southamerica-east1", ...GOOGLE_REGIONS },
  { zone: "AU-NSW", gPerKwh: 497.5, scope: "Google Cloud australia-southeast1", ...GOOGLE_REGIONS },
];

/**
 * Zones next to a region's own from which it may be fed as well: Amazon's and Google's Oregon sites lie between the
 * Bonneville, PacifiCorp West and Portland General areas.
 */
export const NEIGHBOUR_ZONES: ReadonlyMap<string, readonly string[]> = new Map([
  ["US-NW-BPAT", ["US-NW-PACW", "US-NW-PGE"]],
]);

/** Zones that are a whole country, and its name at Ember; elsewhere a country's value says nothing of a part of it. */
export const EMBER_NAMES: ReadonlyMap<string, string> = new Map([
  ["DE", "DEU"],
  ["ES", "ESP"],
  ["FI", "FIN"],
  ["FR", "FRA"],
  ["GB", "GBR"],
  ["IE", "IRL"],
  ["IN", "IND"],
  ["IS", "ISL"],
  ["JP", "JPN"],
  ["KR", "KOR"],
  ["NL", "NLD"],
  ["NO", "NOR"],
  ["SE", "SWE"],
  ["SG", "SGP"],
  ["US", "USA"],
]);

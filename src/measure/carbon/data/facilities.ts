import type { Provenance } from "../factor.ts";
import {
  AWS_FLEET,
  AZURE_FLEET,
  AZURE_STATES,
  GEMINI_REPORT,
  GOOGLE_CAMPUSES,
  GOOGLE_FLEET,
  IBM_SITES,
  NEBIUS_CLAIM,
  ORACLE_CLAIM,
  REGION_TABLE,
} from "./provenance.ts";

/** What an operator states of its buildings. The most special level that has a figure counts. */
export interface FacilityRow extends Provenance {
  readonly cloud: string;
  readonly level: "region" | "geography" | "fleet" | "best-case";
  /** Regions that the row speaks of, with the cloud's prefix; none for a fleet or a place that no listed region names. */
  readonly regions: readonly string[];
  readonly place: string;
  /** Facility energy over IT energy. */
  readonly pue: number | null;
  /** Water used on site per kWh of IT energy. */
  readonly wueLPerKwh: number | null;
}

type Water = number | null;

const AWS_REGIONS: readonly (readonly [region: string, pue: number, wue: Water])[] = [
  ["ap-northeast-1", 1.27, 0.91],
  // The table's 0.18 L/kWh of this region is an older figure of the whole fleet: left out.
  ["ap-south-1", 1.42, null],
  ["ap-southeast-1", 1.32, 1.68],
  ["ap-southeast-2", 1.16, 0.12],
  ["ca-central-1", 1.19, 0.04],
  ["eu-central-1", 1.35, 0.01],
  ["eu-north-1", 1.1, 0.02],
  ["eu-south-2", 1.09, 0.24],
  ["eu-west-1", 1.11, 0.03],
  ["sa-east-1", 1.17, 0.23],
  ["us-east-1", 1.15, 0.12],
  ["us-east-2", 1.13, 0.1],
  ["us-west-1", 1.18, 0.51],
  ["us-west-2", 1.12, 0.16],
];

const AZURE_PLACES: readonly (readonly [place: string, pue: number, ...regions: string[]])[] = [
  ["Arizona", 1.13],
  ["Illinois", 1.25],
  ["Iowa", 1.16, "centralus"],
  ["Texas", 1.28, "southcentralus"],
  ["Virginia", 1.14, "eastus", "eastus2"],
  ["Washington", 1.16],
  ["Wyoming", 1.12],
  ["Singapore", 1.3, "southeastasia"],
  ["Ireland", 1.18, "northeurope"],
  ["Netherlands", 1.14, "westeurope"],
  ["Sweden", 1.16, "swedencentral"],
  ["Poland", 1.19],
];

const AZURE_GEOGRAPHIES: readonly (readonly [place: string, pue: number, wue: Water, ...regions: string[]])[] = [
  ["Americas", 1.16, 0.34, "centralus", "eastus", "eastus2", "southcentralus"],
  ["Asia Pacific", 1.28, 0.25, "southeastasia"],
  ["Europe, Middle East, Africa", 1.16, 0.03, "northeurope", "swedencentral", "westeurope"],
];

const GOOGLE_PLACES: readonly (readonly [place: string, pue: number, ...regions: string[]])[] = [
  ["Council Bluffs, Iowa", 1.11, "us-central1"],
  ["Council Bluffs, Iowa, second campus", 1.07, "us-central1"],
  ["The Dalles, Oregon", 1.1, "us-west1"],
  ["The Dalles, Oregon, second campus", 1.07, "us-west1"],
  ["Loudoun County, Virginia", 1.09, "us-east4"],
  ["Loudoun County, Virginia, second campus", 1.08, "us-east4"],
  ["Columbus, Ohio", 1.05, "us-east5"],
  ["Berkeley County, South Carolina", 1.1],
  ["Midlothian, Texas", 1.1, "us-south1"],
  ["Henderson, Nevada", 1.09],
  ["Hamina, Finland", 1.1, "europe-north1"],
  ["Eemshaven, Netherlands", 1.08, "europe-west4"],
  ["Saint-Ghislain, Belgium", 1.08],
  ["Dublin, Ireland", 1.08],
  ["Singapore", 1.13, "asia-southeast1"],
  ["Singapore, second campus", 1.15, "asia-southeast1"],
];

export const FACILITIES: readonly FacilityRow[] = [
  ...AWS_REGIONS.map(([region, pue, wue]) => row("aws", "region", region, pue, wue, [region], REGION_TABLE)),
  row("aws", "fleet", "fleet", 1.14, 0.12, [], AWS_FLEET),
  ...AZURE_PLACES.map(([place, pue, ...at]) => row("azure", "region", place, pue, null, at, AZURE_STATES)),
  ...AZURE_GEOGRAPHIES.map(([place, pue, wue, ...at]) => row("azure", "geography", place, pue, wue, at, AZURE_FLEET)),
  row("azure", "fleet", "fleet", 1.17, 0.27, [], AZURE_FLEET),
  ...GOOGLE_PLACES.map(([place, pue, ...at]) => row("gcp", "region", place, pue, null, at, GOOGLE_CAMPUSES)),
  row("gcp", "fleet", "fleet", 1.09, null, [], GOOGLE_FLEET),
  row("gcp", "fleet", "fleet", null, 1.15, [], GEMINI_REPORT),
  row("ibm", "fleet", "own data centres", 1.46, null, [], IBM_SITES),
  row("oci", "best-case", "best case", 1.15, null, [], ORACLE_CLAIM),
  row("nebius", "best-case", "planned site", 1.08, null, [], NEBIUS_CLAIM),
];

function row(
  cloud: string,
  level: FacilityRow["level"],
  place: string,
  pue: number | null,
  wueLPerKwh: number | null,
  regions: readonly string[],
  from: Provenance,
): FacilityRow {
  return { cloud, level, place, pue, wueLPerKwh, regions: regions.map((region) => `${cloud}:${region}`), ...from };
}

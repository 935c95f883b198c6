import { PROVIDER_CLOUDS, REGION_ZONES } from "../data/region-zones.ts";
import type { CarbonFlag } from "../flags.ts";

/** Where a request may have been served. */
export interface Place {
  /** Prefix of the operator's regions; null for an operator without any in the tables. */
  readonly cloud: string | null;
  /** With the cloud's prefix, each a place that could have served; empty when nothing is known. */
  readonly regions: readonly string[];
  /** Grid zones of the regions, each once; empty when nothing is known. */
  readonly zones: readonly string[];
  readonly flags: readonly CarbonFlag[];
}

/** What a target and its user say of the place; null and empty where they say nothing. */
export interface StatedPlace {
  readonly provider: string;
  readonly region: string | null;
  /** Regions in which the seller offers the model. */
  readonly publishedRegions: readonly string[];
  /** Grid zone by Electricity Maps' name. */
  readonly zone: string | null;
}

/**
 * Finds the place of a target. A region may come with its cloud (`aws:us-east-1`) or bare, and may name a group (`us`),
 * which stands for every listed region under it. Without a region, or with one that is not listed, every region that the
 * seller publishes could have served, or else every listed one of its cloud. A zone, when it is stated, settles the grid
 * alone.
 */
export function placeOf({ provider, region, publishedRegions, zone }: StatedPlace): Place {
  const home = PROVIDER_CLOUDS.get(provider) ?? null;
  const cloud = region?.includes(":") ? region.slice(0, region.indexOf(":")).toLowerCase() : home;
  const exact = region === null ? [] : listed(cloud, region);
  const published = publishedRegions.flatMap((name) => listed(home, name));
  const all = Object.keys(REGION_ZONES).filter((name) => cloud !== null && name.startsWith(`${cloud}:`));
  const regions = [exact, [...new Set(published)], all].find((found) => found.length > 0) ?? [];
  const zones = zone === null ? [...new Set(regions.map((name) => REGION_ZONES[name]!))] : [zone];
  return { cloud, regions, zones, flags: region !== null && exact.length === 0 ? ["region-not-listed"] : [] };
}

/** The listed region of that name, or every one of the group of that name. */
function listed(cloud: string | null, region: string): string[] {
  const name = (region.includes(":") ? region : `${cloud}:${region}`).toLowerCase();
  if (Object.hasOwn(REGION_ZONES, name)) return [name];
  return Object.keys(REGION_ZONES).filter((known) => known.startsWith(`${name}-`));
}

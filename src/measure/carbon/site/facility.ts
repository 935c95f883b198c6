import { FACILITIES, type FacilityRow } from "../data/facilities.ts";
import { own } from "../data/provenance.ts";
import type { Quantity } from "../factor.ts";
import type { Range } from "../range.ts";
import type { Place } from "./place.ts";

/** The two figures of a building. */
type Figure = "pue" | "wueLPerKwh";

const LABELS = {
  pue: { name: "PUE: facility energy over IT energy", unit: "×" },
  wueLPerKwh: { name: "WUE: water used on site", unit: "L/kWh of IT energy" },
} as const;

const UNKNOWN: Readonly<Record<Figure, Quantity>> = {
  pue: {
    ...LABELS.pue,
    range: { low: 1.1, central: 1.25, high: 1.54 },
    ...own(
      "none is stated for this site: a hyperscaler's fleet, between, and the mean of the Uptime Institute's survey of 2025",
    ),
  },
  wueLPerKwh: {
    ...LABELS.wueLPerKwh,
    range: { low: 0.05, central: 0.3, high: 1.15 },
    ...own("none is stated for this site: low as AWS and Azure in Europe, high as Google's fleet"),
  },
};

/**
 * A stated yearly mean is exact, the building that served is not: ends by own judgement. PUE 0.05 below to 0.10 above, and
 * never under 1; WUE half of it to two and a half times it.
 */
const SPREAD: Readonly<Record<Figure, (least: number, most: number) => { low: number; high: number }>> = {
  pue: (least, most) => ({ low: Math.max(1, hundredths(least - 0.05)), high: hundredths(most + 0.1) }),
  wueLPerKwh: (least, most) => ({ low: least / 2, high: most * 2.5 }),
};

/** PUE or WUE of a place: the most special level at which its operator states one for it. */
export function facilityFigure(place: Place, figure: Figure): Quantity {
  const rows = FACILITIES.filter((row) => row.cloud === place.cloud && row[figure] !== null);
  const served = rows.filter((row) => row.regions.some((region) => place.regions.includes(region)));
  if (place.regions.length === 1) {
    const special = ["region", "geography"].map((level) => served.filter((row) => row.level === level));
    const found = special.find((level) => level.length > 0);
    if (found !== undefined) return stated(figure, found, found);
  }
  const fleet = rows.filter((row) => row.level === "fleet");
  // The fleet's mean says nothing of the one building: its ends are those of every building that may have served.
  if (fleet.length > 0) return stated(figure, fleet, served.length > 0 ? [...fleet, ...served] : rows);
  const claim = rows.find((row) => row.level === "best-case");
  return claim === undefined ? UNKNOWN[figure] : withBestCase(figure, claim);
}

/** Centre from the mean of some rows, ends from the extremes of all that could apply. */
function stated(figure: Figure, centre: readonly FacilityRow[], all: readonly FacilityRow[]): Quantity {
  const [first] = centre;
  const values = all.map((row) => row[figure]!);
  const central = centre.reduce((total, row) => total + row[figure]!, 0) / centre.length;
  const { source, licence, date, kind } = first!;
  const places = [...new Set(centre.map((row) => row.place))].join(" and ");
  return {
    ...LABELS[figure],
    range: { central, ...SPREAD[figure](Math.min(...values), Math.max(...values)) },
    source: `${source}: ${places}; ends by own judgement`,
    licence,
    date,
    kind,
  };
}

/** A best case bounds the unknown from below and says nothing of its centre. */
function withBestCase(figure: Figure, claim: FacilityRow): Quantity {
  const unknown = UNKNOWN[figure];
  const range: Range = { ...unknown.range, low: claim[figure]! };
  return { ...unknown, range, source: `${unknown.source} · low: ${claim.source}` };
}

/** PUE is stated to two decimals; a difference of two of them should not show a binary tail. */
function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

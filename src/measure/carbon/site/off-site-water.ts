import { own } from "../data/provenance.ts";
import { US_WATER, WATER_FACTORS, WORLD_WATER, type WaterFactor } from "../data/water-factors.ts";
import type { Quantity } from "../factor.ts";
import type { CarbonFlag } from "../flags.ts";
import { envelope, type Range, scaled } from "../range.ts";

const LABEL = { name: "EWIF: water used to generate electricity", unit: "L/kWh" } as const;

/** Ends of a country's single value, by own judgement. */
const ALONE: Range = { low: 2 / 3, central: 1, high: 4 / 3 };

/** Water per kWh of a place's electricity: of one zone, or a range over all zones that could have served. */
export function offSiteWater(zones: readonly string[]): {
  readonly ewif: Quantity;
  readonly flags: readonly CarbonFlag[];
} {
  const known = zones.map(zoneWater);
  const flags: CarbonFlag[] = known.includes(WORLD) ? ["ewif-world-average"] : [];
  const [only] = known;
  if (only === undefined) return { ewif: UNKNOWN, flags };
  if (known.length === 1) return { ewif: only, flags };
  const range = envelope(known.map((quantity) => ({ range: quantity.range, weight: 1 })));
  const { licence } = only;
  const ewif = { ...LABEL, range, ...own(`region unknown: range over ${zones.join(", ")} at equal weights`), licence };
  return { ewif, flags };
}

function zoneWater(zone: string): Quantity {
  const [country] = zone.split("-");
  const values = WATER_FACTORS.filter((row) => row.country === country && (row.zone === null || row.zone === zone));
  if (country === "US") return spanned(values);
  const [only] = values;
  if (only === undefined) return WORLD;
  return {
    ...LABEL,
    ...only,
    range: scaled(ALONE, only.lPerKwh),
    source: `${only.source}, ${only.scope}; ends a third below and above by own judgement`,
  };
}

/** The American values disagree enough to be their own ends. */
function spanned(values: readonly WaterFactor[]): Quantity {
  const ascending = values.toSorted((a, b) => a.lPerKwh - b.lPerKwh);
  const [low] = ascending;
  const high = ascending.at(-1)!;
  const cited = (end: WaterFactor): string => `${end.scope}, ${end.source}`;
  return {
    ...LABEL,
    ...US_WATER,
    range: { low: low!.lPerKwh, central: US_WATER.lPerKwh, high: high.lPerKwh },
    source: `${cited(US_WATER)} · low: ${cited(low!)} · high: ${cited(high)}`,
  };
}

const EXTREMES = WATER_FACTORS.map(({ lPerKwh }) => lPerKwh);

const WORLD: Quantity = {
  ...LABEL,
  ...WORLD_WATER,
  range: { low: Math.min(...EXTREMES), central: WORLD_WATER.lPerKwh, high: Math.max(...EXTREMES) },
  source: `${WORLD_WATER.source}, ${WORLD_WATER.scope}; ends are the extremes of all zones`,
};

/** Place unknown: the United States, from its driest grid on. */
const UNKNOWN: Quantity = {
  ...LABEL,
  ...US_WATER,
  range: { low: 1.287, central: US_WATER.lPerKwh, high: 4.52 },
  source: `place unknown: ${US_WATER.scope}, ${US_WATER.source}; ends of Texas and of American data centres (LBNL 2024)`,
};

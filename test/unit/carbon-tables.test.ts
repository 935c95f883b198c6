import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BATCH_PRIOR, PARAMETERS, PREFILL_MFU } from "../../src/measure/carbon/data/constants.ts";
import * as constants from "../../src/measure/carbon/data/constants.ts";
import { FACILITIES } from "../../src/measure/carbon/data/facilities.ts";
import { emberCountry } from "../../src/measure/carbon/data/grid-package.ts";
import { GRID_VALUES } from "../../src/measure/carbon/data/grid-values.ts";
import { MARGINAL_G_PER_KWH } from "../../src/measure/carbon/data/marginal.ts";
import { MARKET_CLAIMS } from "../../src/measure/carbon/data/market-claims.ts";
import { REGION_ZONES } from "../../src/measure/carbon/data/region-zones.ts";
import { SHAPES } from "../../src/measure/carbon/data/shapes.ts";
import { saturatedSeconds } from "../../src/measure/carbon/data/throughput-fit.ts";
import { WATER_FACTORS } from "../../src/measure/carbon/data/water-factors.ts";
import type { Provenance, Quantity } from "../../src/measure/carbon/factor.ts";
import type { Range } from "../../src/measure/carbon/range.ts";
import { facilityFigure } from "../../src/measure/carbon/site/facility.ts";
import { gridOf, intensitiesOf, zoneGrid } from "../../src/measure/carbon/site/grid.ts";
import { offSiteWater } from "../../src/measure/carbon/site/off-site-water.ts";
import { type Place, placeOf } from "../../src/measure/carbon/site/place.ts";

const placed = (provider: string, region: string | null, publishedRegions: readonly string[] = []): Place =>
  placeOf({ provider, region, publishedRegions, zone: null });

/** Centre of Electricity Maps for 2025; ends over all averages that were found for the zone. */
const ZONES: [zone: string, central: number, low: number, high: number][] = [
  ["US-MIDA-PJM", 418, 271.0, 418],
  ["US-NW-BPAT", 129, 79.23, 274.0],
  ["US-MIDW-MISO", 501, 412.72, 501],
  ["US-TEX-ERCO", 363, 302.95, 377],
  ["US-CAL-CISO", 208, 169.28, 229],
  ["FR", 31, 16.3, 44.18],
  ["DE", 342, 275.82, 342.06],
  ["FI", 68, 39.32, 80],
  ["IS", 28, 28, 28.33],
  ["SE", 21, 2.73, 35.89],
  ["NO", 30, 30, 33],
  ["GB", 176, 105.94, 215.79],
  ["IE", 301, 279.79, 352],
  ["NL", 253, 208.81, 253],
  ["IN-WE", 653, 653, 678.76],
  ["IN", 593, 593, 708.96],
  ["SG", 483, 366.85, 498.74],
  ["JP-TK", 535, 452.85, 539],
  ["JP", 463, 463, 483.73],
  ["CA-QC", 41, 5.48, 41],
  ["US", 414, 383.55, 414],
  ["ES", 136, 89.04, 146.15],
  ["BR-CS", 106, 67.32, 106],
  ["AU-NSW", 525, 497.5, 541],
  ["KR", 423, 415.65, 423],
];

describe("grids", () => {
  test.each(ZONES)("%s is %f (%f to %f) gCO2e/kWh", (zone, central, low, high) => {
    const grid = zoneGrid(zone)!;
    expect(grid.range).toEqual({ low, central, high });
    expect(grid.date).toBe("2025");
    expect(grid.licence).toContain("ODbL");
  });

  test("come from the very version of the package that their source names", () => {
    const path = join(import.meta.dirname, "..", "..", "node_modules", "@tgwf", "co2", "package.json");
    const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
    expect(zoneGrid("SE")!.source).toContain(`@tgwf/co2 ${version})`);
    const { dependencies } = JSON.parse(
      readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"),
    ) as {
      dependencies: Record<string, string>;
    };
    expect(dependencies["@tgwf/co2"]).toBe(version);
  });

  test("name a licence for each value", () => {
    const licences = intensitiesOf("DE").map(({ licence }) => licence);
    expect(licences).toEqual([
      "ODbL 1.0, credit: Electricity Maps",
      "ODbL 1.0, credit: Electricity Maps",
      "CC BY-SA 4.0, credit: Ember",
      "Apache-2.0",
    ]);
  });

  test("are known for every region, and for zones that no region names", () => {
    expect(Object.values(REGION_ZONES).filter((zone) => zoneGrid(zone) === null)).toEqual([]);
    expect(gridOf(["CH"])).toMatchObject({ grid: { range: { central: 50 } }, flags: ["grid-two-values-only"] });
  });

  test("are unknown for names that the package does not have, inherited ones too", () => {
    expect(["QQ", "toString"].map(zoneGrid)).toEqual([null, null]);
    expect(["QQQ", "toString"].map(emberCountry)).toEqual([null, null]);
  });

  test("of an unknown place are a wide guess, of several zones a range over them", () => {
    expect(gridOf([])).toMatchObject({ grid: { range: { low: 28, central: 414, high: 653 }, kind: "assumed" } });
    expect(gridOf(["nowhere"]).flags).toEqual(["region-unknown"]);
    const { grid, flags } = gridOf(["US-MIDA-PJM", "US-NW-BPAT"]);
    expect(grid.range).toMatchObject({ low: 79.23, high: 418 });
    expect(grid.range.central).toBeCloseTo(Math.sqrt(418 * 129), 9);
    expect(flags).toEqual(["region-unknown"]);
  });

  test("say why an end is the central value itself", () => {
    expect(zoneGrid("US-MIDA-PJM")!.source).toMatch(/low: .*SRVC.* · high: no published average is higher$/);
    expect(zoneGrid("NO")!.source).toContain("low: no published average is lower · high: ");
  });
});

describe("places", () => {
  test.each([
    ["a bare region of a known cloud", placed("bedrock", "us-east-1"), ["aws:us-east-1"], ["US-MIDA-PJM"]],
    ["a region with its cloud", placed("vllm", "gcp:us-central1"), ["gcp:us-central1"], ["US-MIDW-MISO"]],
    ["the regions that a seller publishes", placed("bedrock", null, ["us-west-2"]), ["aws:us-west-2"], ["US-NW-BPAT"]],
  ])("%s", (_, place, regions, zones) => {
    expect(place).toMatchObject({ regions, zones, flags: [] });
  });

  test("a group stands for every region under it", () => {
    const { regions } = placed("bedrock", "us");
    expect(regions).toEqual(["aws:us-east-1", "aws:us-east-2", "aws:us-west-1", "aws:us-west-2"]);
    expect(placed("bedrock", "us-east-1").regions).toEqual(["aws:us-east-1"]);
  });

  test("without a region every one of the cloud counts, and none of an unknown operator", () => {
    expect(placed("azure-ai", null).regions).toHaveLength(8);
    expect(placed("somebody", null)).toMatchObject({ cloud: null, regions: [], zones: [], flags: [] });
    expect(placed("constructor", "constructor")).toMatchObject({ cloud: null, regions: [] });
    expect(placed("somebody", "us-east-1").flags).toEqual(["region-not-listed"]);
  });
});

describe("buildings", () => {
  const pue = (place: Place): Range => facilityFigure(place, "pue").range;
  const wue = (place: Place): Range => facilityFigure(place, "wueLPerKwh").range;

  test.each([
    ["a region of AWS", placed("bedrock", "us-east-1"), { low: 1.1, central: 1.15, high: 1.25 }],
    [
      "a region of AWS without a figure: the fleet, to the ends of it",
      placed("bedrock", "eu-west-3"),
      { low: 1.04, central: 1.14, high: 1.52 },
    ],
    [
      "two campuses of Google: their mean",
      placed("vertex-maas", "us-central1"),
      { low: 1.02, central: 1.09, high: 1.21 },
    ],
    ["a state of Azure", placed("azure-ai", "centralus"), { low: 1.11, central: 1.16, high: 1.26 }],
    ["IBM's own mean", placed("watsonx", "us-south"), { low: 1.41, central: 1.46, high: 1.56 }],
    ["Oracle's best case, a low end alone", placed("oci", "us-chicago-1"), { low: 1.15, central: 1.25, high: 1.54 }],
    ["an unknown operator", placed("somebody", null), { low: 1.1, central: 1.25, high: 1.54 }],
  ])("PUE of %s", (_, place, expected) => {
    expect(pue(place).central).toBeCloseTo(expected.central, 12);
    expect(pue(place)).toMatchObject({ low: expected.low, high: expected.high });
  });

  test("water on site, likewise", () => {
    expect(wue(placed("bedrock", "us-east-1"))).toEqual({ low: 0.06, central: 0.12, high: 0.3 });
    expect(wue(placed("azure-ai", "eastus")).central).toBe(0.34);
    expect(wue(placed("vertex-maas", "us-central1")).central).toBe(1.15);
    // The region's own figure is a filler.
    expect(wue(placed("bedrock", "ap-south-1")).central).toBe(0.12);
    expect(wue(placed("somebody", null))).toEqual({ low: 0.05, central: 0.3, high: 1.15 });
  });

  test("a PUE is never under 1", () => {
    expect(pue(placed("vertex-maas", "us-east5")).low).toBe(1);
  });
});

describe("water of electricity", () => {
  const ewif = (...zones: string[]): Range => offSiteWater(zones).ewif.range;

  test("of American zones lies between the published values", () => {
    const american = (low: number, high: number): Range => ({ low, central: 3142 / 1000, high });
    expect(ewif("US-MIDA-PJM")).toEqual(american(2.385, 4.52));
    expect(ewif("US-NW-BPAT")).toEqual(american(3.1321, 9.501));
    expect(ewif()).toEqual(american(1.287, 4.52));
  });

  test("of other countries has one value and judged ends", () => {
    const { low, central, high } = ewif("SE");
    expect(central).toBe(6.0315);
    expect(low).toBeCloseTo(4.021, 9);
    expect(high).toBeCloseTo(8.042, 9);
  });

  test("of a country without a value is the world's, and says so", () => {
    expect(offSiteWater(["SG"])).toMatchObject({ ewif: { range: { central: 3.908 } }, flags: ["ewif-world-average"] });
  });
});

describe("rows", () => {
  const quantities = Object.values(constants).filter((value): value is Quantity => typeof value === "object");
  const rows: readonly Provenance[] = [
    ...quantities,
    ...GRID_VALUES,
    ...FACILITIES,
    ...WATER_FACTORS,
    ...MARKET_CLAIMS,
    ...SHAPES.flatMap(({ chip, kvRead, embodied }) => [chip, kvRead, embodied]),
  ];

  test("have source, licence and a dated year, each", () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const { source, licence, date } of rows) {
      expect(source).not.toBe("");
      expect(licence).not.toBe("");
      expect(date).toMatch(/20\d\d|FY\d\d/);
    }
  });

  test("hold plausible figures", () => {
    for (const { pue, wueLPerKwh } of FACILITIES) {
      expect(pue ?? 1.2).toBeGreaterThanOrEqual(1);
      expect(pue ?? 1.2).toBeLessThan(2);
      expect(wueLPerKwh ?? 0.1).toBeGreaterThan(0);
    }
    for (const [gPerKwh, year] of Object.values(MARGINAL_G_PER_KWH)) {
      expect(gPerKwh).toBeGreaterThan(300);
      expect([2023, 2024]).toContain(year);
    }
    expect(WATER_FACTORS.filter(({ lPerKwh }) => lPerKwh < 1 || lPerKwh > 10)).toEqual([]);
  });

  test("name regions that are listed", () => {
    const named = FACILITIES.flatMap(({ regions }) => regions);
    expect([...named, ...Object.keys(MARGINAL_G_PER_KWH)].filter((region) => !(region in REGION_ZONES))).toEqual([]);
  });
});

describe("deployments", () => {
  test("have weights that add up, and nodes that hold them", () => {
    expect(SHAPES.reduce((total, { weight }) => total + weight, 0)).toBeCloseTo(1, 12);
    for (const { gpus, gpusPerNode, nodeEmbodiedKg } of SHAPES) {
      expect(gpus).toBeLessThanOrEqual(gpusPerNode);
      expect(nodeEmbodiedKg.low).toBeLessThan(nodeEmbodiedKg.central);
      expect(nodeEmbodiedKg.central).toBeLessThan(nodeEmbodiedKg.high);
    }
  });

  test.each(SHAPES)("$id: batches ascend, energy falls and speed grows with them", ({ decode }) => {
    const { batch, joulesPerOutputToken, outputTokensPerS, itlMsP50 } = decode;
    expect(batch).toEqual(batch.toSorted((a, b) => a - b));
    expect(joulesPerOutputToken).toEqual(joulesPerOutputToken.toSorted((a, b) => b - a));
    expect(outputTokensPerS).toEqual(outputTokensPerS.toSorted((a, b) => a - b));
    expect(new Set([batch, joulesPerOutputToken, outputTokensPerS, itlMsP50].map(({ length }) => length)).size).toBe(1);
  });

  test("the largest batch of the prior is the largest of 4 B200", () => {
    expect(BATCH_PRIOR.range.low).toBeCloseTo(SHAPES[1]!.decode.batch.at(-1)!, -1);
  });

  test("the fit of throughput lies 5.3 % rms off its ten rows, and gives the prefill's share of peak", () => {
    const rows: [input: number, output: number, tokensPerS: number][] = [
      [128, 128, 3627],
      [128, 2048, 4340],
      [128, 4096, 3116],
      [500, 2000, 3994],
      [1000, 1000, 2919],
      [1000, 2000, 2895],
      [2048, 128, 453],
      [2048, 2048, 2296],
      [5000, 500, 610],
      [20000, 2000, 345],
    ];
    const errors = rows.map(([input, output, speed]) => saturatedSeconds(input, output) / (output / speed) - 1);
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(rms).toBeCloseTo(0.053, 3);
    const inputTokensPerS = 1000 / saturatedSeconds(1000, 0);
    expect(inputTokensPerS).toBeCloseTo(8560, -1);
    const operations = inputTokensPerS * 2 * PARAMETERS.range.central;
    expect(operations / (8 * 1979e12)).toBeCloseTo(PREFILL_MFU.range.central, 2);
  });
});

import { CARBON_FLAGS, type CarbonFlag } from "./flags.ts";
import type { Site } from "./site/site.ts";

const ESTIMATED =
  "Estimated, not metered. The range stands for what a client cannot see, batch size, hardware and utilisation above " +
  "all: a judged range of about 5 to 95 %, not a statistical confidence interval.";
const OUTSIDE = "Outside the boundary: training, network, end-user devices, construction of data centres.";
const UNFIT = "Not fit for buying offsets, for compliance reports or for claims about a product.";

/** What has to stand beside any number of estimates, in whole sentences. */
export const GENERAL_STATEMENTS: readonly string[] = [ESTIMATED, OUTSIDE, UNFIT];

/** What has to stand beside one estimate. */
export function statementsOf(site: Site, flags: readonly CarbonFlag[]): string[] {
  const { grid, market } = site;
  return [
    ESTIMATED,
    `Location-based, average intensity of the grid, year ${grid.date}: ${grid.source}.`,
    market === null
      ? "The seller's market-based figure: not found."
      : "The seller's market-based figure stands apart: an annual matching claim, outside every sum and comparison.",
    OUTSIDE,
    UNFIT,
    ...flags.map((flag) => `${flag}: ${CARBON_FLAGS[flag]}.`),
  ];
}

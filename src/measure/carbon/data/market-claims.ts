import type { Provenance } from "../factor.ts";
import { GEMINI_REPORT, REGION_TABLE } from "./provenance.ts";

/**
 * Market-based intensities as sellers publish them: annual matching claims. Shown in a column of their own, never ranked
 * on and never part of a score.
 */
export interface MarketClaim extends Provenance {
  readonly cloud: string;
  /** Regions without the cloud's prefix; empty: most regions, which ones is not said. */
  readonly regions: readonly string[];
  readonly gPerKwh: number;
}

const MATCHED_AWS = (
  "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-central-1 eu-north-1 eu-south-2 eu-west-1 ap-northeast-1 " +
  "ap-south-1 ap-south-2 cn-northwest-1"
).split(" ");

const MATCHED = `${REGION_TABLE.source}, column of the annual market-based intensity`;

export const MARKET_CLAIMS: readonly MarketClaim[] = [
  {
    cloud: "aws",
    regions: MATCHED_AWS,
    gPerKwh: 0,
    ...REGION_TABLE,
    source: MATCHED,
  },
  {
    cloud: "azure",
    regions: ["centralus", "southcentralus", "swedencentral"],
    gPerKwh: 0,
    ...REGION_TABLE,
    source: MATCHED,
    date: "2023",
  },
  {
    cloud: "gcp",
    regions: [],
    gPerKwh: 95.8,
    ...GEMINI_REPORT,
    source:
      "own division of 0.023 g by 0.24 Wh a prompt (Elsworth et al., arXiv 2508.15734); the region table carries 0 for " +
      "most Google regions",
  },
];

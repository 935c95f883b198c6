import type { Provenance } from "../factor.ts";

/* The works behind the tables. Licences are those stated by each work on the day it was read. */

const NO_LICENCE = "not found; facts quoted with credit";

/** A figure of our own judgement, with its reason. */
export function own(reason: string): Provenance {
  return { source: `own judgement: ${reason}`, licence: "MIT", date: "2026-11", kind: "assumed" };
}

export const ML_ENERGY: Provenance = {
  source:
    "ML.ENERGY leaderboard v3 (ml-energy/leaderboard, commit 0cd52da): accelerator energy of Llama 3.1 405B, vLLM 0.11.1",
  licence: NO_LICENCE,
  date: "2026-02-16",
  kind: "measured",
};

export const TENSORRT_LLM: Provenance = {
  source:
    "own least-squares fit, relative errors 5 % rms, to the throughput of Llama 3.1 405B in NVIDIA TensorRT-LLM " +
    "docs/source/performance/perf-overview.md (commit 00f3768, v1.0)",
  licence: "Apache-2.0",
  date: "2025",
  kind: "measured",
};

export const LLAMA_SHAPE: Provenance = {
  source:
    "EcoLogits models.json (405.85 billion), equal to the count from Meta's published shape: 126 layers of width 16,384",
  licence: "facts of the model",
  date: "2024",
  kind: "stated",
};

export const INFERENCEX: Provenance = {
  source: "SemiAnalysis InferenceX-app commit 77ca49a, packages/app/src/lib/{constants,gpu-specs}.ts",
  licence: NO_LICENCE,
  date: "2026-04-03",
  kind: "stated",
};

export const REGION_TABLE: Provenance = {
  source: "Green Software Foundation real-time-cloud, commit b2858aa, Cloud_Region_Metadata.csv",
  licence: "data under JDF terms; code MIT",
  date: "2024",
  kind: "stated",
};

export const GOOGLE_REGIONS: Provenance = {
  source: "GoogleCloudPlatform/region-carbon-info, commit 49f3f26, data/yearly/2024.csv: direct emissions of the grid",
  licence: "Apache-2.0",
  date: "2024",
  kind: "stated",
};

export const EGRID: Provenance = {
  source: "EPA eGRID2023 subregion totals, read in third-party copies: stack emissions per generated kWh",
  licence: NO_LICENCE,
  date: "2023",
  kind: "stated",
};

export const ECOLOGITS_MIXES: Provenance = {
  source:
    "EcoLogits 0.9.1 electricity_mixes.csv, column wue: country average after the World Resources Institute's guidance",
  licence: "MPL-2.0 (documents CC BY-SA 4.0)",
  date: "2025-11-13",
  kind: "stated",
};

export const LESS_THIRSTY: Provenance = {
  source:
    "Li, Yang, Islam, Ren: Making AI Less Thirsty, CACM 2025 (arXiv 2304.03271v5), Table 1, read in a third-party note",
  licence: NO_LICENCE,
  date: "2025",
  kind: "stated",
};

export const LBNL: Provenance = {
  source: "LBNL 2024 United States Data Center Energy Usage Report, secondary reading",
  licence: NO_LICENCE,
  date: "2024",
  kind: "stated",
};

export const GOOGLE_CAMPUSES: Provenance = {
  source:
    "Google data centre efficiency page, trailing twelve months, as copied in emielkwakkel/sustainable-ai, commit 3cb2a22",
  licence: NO_LICENCE,
  date: "2025-10-16",
  kind: "stated",
};

export const AZURE_STATES: Provenance = {
  source:
    "datacenters.microsoft.com/sustainability/efficiency, as copied in emielkwakkel/sustainable-ai, commit 3cb2a22",
  licence: NO_LICENCE,
  date: "2025-10-16",
  kind: "stated",
};

export const AZURE_FLEET: Provenance = {
  source: "Microsoft datacentre efficiency page, fiscal year 2025, two third-party readings",
  licence: NO_LICENCE,
  date: "FY25",
  kind: "stated",
};

export const AWS_FLEET: Provenance = {
  source:
    "Amazon sustainability page, AWS cloud; water is withdrawal, not consumption; third-party reading of 2026-09-27",
  licence: NO_LICENCE,
  date: "2025",
  kind: "stated",
};

export const GOOGLE_FLEET: Provenance = {
  source: "Google data centre efficiency page, fleet, third-party reading of 2026-09-27",
  licence: NO_LICENCE,
  date: "2025",
  kind: "stated",
};

export const GEMINI_REPORT: Provenance = {
  source: "Elsworth et al. (Google), arXiv 2508.15734: consumptive water of 2023 and 2024; third-party readings",
  licence: NO_LICENCE,
  date: "2024",
  kind: "stated",
};

export const IBM_SITES: Provenance = {
  source: "IBM 2023 ESG report, weighted average of its own data centres, press reading",
  licence: NO_LICENCE,
  date: "2023",
  kind: "stated",
};

export const ORACLE_CLAIM: Provenance = {
  source: "Oracle, quoted by DatacenterDynamics, December 2024: a best case, not an average",
  licence: NO_LICENCE,
  date: "2024",
  kind: "stated",
};

export const NEBIUS_CLAIM: Provenance = {
  source: "Nebius on its planned site in Lappeenranta, press of April 2026: a claim, not an average",
  licence: NO_LICENCE,
  date: "2026",
  kind: "stated",
};

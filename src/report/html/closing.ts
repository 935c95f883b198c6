import type { Analysis } from "../../measure/analysis.ts";
import { METRICS } from "../../measure/catalogue.ts";
import type { ReportDocument } from "../document.ts";
import { certificateFact } from "../certificate.ts";
import { clientErrorFact, simulatorFact } from "../facts.ts";
import { type Section, table } from "../table.ts";

const NO_TABLE = { columns: [], rows: [] } as const;

const METHOD =
  "Every target of a scenario got the same prompts on the same schedule from the same client. Prompts of a cold scenario begin with " +
  "a number that no cache has seen. Each event is stamped as it arrives, on one monotonic clock. Quantiles are nearest ranks over " +
  "single requests, with 95 % order-statistic intervals; where too few requests back one, its cell is empty. A failure counts as " +
  "infinite in every latency marked _all, so no failure improves a figure. Comparisons are corrected by Holm's method over all of them.";

/** What no verdict of one run goes beyond. */
export const WINDOW_SCOPE =
  "These verdicts hold in this window, from this place. To buy on it: at least 7 days × 8 time slots.";

const SCOPE = `${WINDOW_SCOPE} A provider changes by the hour and by the day, so runs are compared night by night or slot by slot.`;

/** What stands behind the figures: scope, method, the client's own error, and what every word means. */
export function closingSections(analysis: Analysis, { flags }: ReportDocument): readonly Section[] {
  return [
    { heading: "How far this reaches", text: SCOPE, table: NO_TABLE },
    { heading: "Method", text: METHOD, table: NO_TABLE },
    { heading: "The client's own error", text: clientText(analysis), table: NO_TABLE },
    glossary(),
    ...flags,
  ];
}

/** The canary of the run, and the self-test of the machine. */
function clientText(analysis: Analysis): string {
  const { certificate } = analysis.manifest;
  const tested =
    certificate === null
      ? "No self-test of this machine is on record: herdbench certify makes one."
      : `By its self-test ${certificateFact(certificate)}.`;
  return (
    "During the run one stream came from a server with known timing: what its stamps were off by is the client's error, published and " +
    `never subtracted. Here: ${clientErrorFact(analysis)}; ${simulatorFact(analysis)}. ${tested}`
  );
}

function glossary(): Section {
  return {
    heading: "Glossary",
    text: "p50 and p95 of a latency count every failure as infinite (inf), a speed counts it as 0; an empty cell had too few requests.",
    table: table(
      ["metric", "name", "unit", "better", "definition"],
      [],
      [],
      METRICS.map(({ id, title, unit, direction, definition }) => [[id, title, unit, direction, definition], [], []]),
    ),
  };
}

import type { SummaryRow, Stat } from "../../src/core/metric.ts";
import type { RunRecord } from "../../src/core/run.ts";
import type { Analysis, GroupAnalysis } from "../../src/measure/analysis.ts";
import { analyse } from "../../src/measure/analyse.ts";

/** Measures a record whose scenarios plan as many arrivals as their stop rule says. */
export function analysisOf(record: RunRecord): Analysis {
  return analyse(
    record,
    new Map(
      record.manifest.scenarios.map(({ scenario }) => [
        scenario.id,
        { warmups: 1, arrivals: scenario.stop.requests ?? 0 },
      ]),
    ),
  );
}

/** The first group of a record. */
export function groupOf(record: RunRecord): GroupAnalysis {
  return analysisOf(record).groups[0]!;
}

/** One row of a group; throws when the catalogue has none such. */
export function rowOf(group: GroupAnalysis, metric: string, stat: Stat): SummaryRow {
  const row = group.rows.find((one) => one.metric === metric && one.stat === stat);
  if (row === undefined) throw new Error(`no row ${metric} ${stat}`);
  return row;
}

/** Whole numbers from 0 to n − 1, each made into something. */
export function times<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

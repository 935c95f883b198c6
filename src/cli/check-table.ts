import { plain } from "../report/text.ts";
import type { CheckRow } from "./check-row.ts";
import { columns } from "./table.ts";

/** The rows as a table, and how many came out how. */
export function checkTable(rows: readonly CheckRow[]): string {
  const header = ["target", "verdict", "dns", "tcp", "tls", "TTFT ms", "usage", "server clock", "limits", "note"];
  const lines = columns([header, ...rows.map(cells)]);
  const count = (verdict: CheckRow["verdict"]): number => rows.filter((row) => row.verdict === verdict).length;
  const total = `${count("ok")} ok, ${count("gone")} gone, ${count("failed")} failed, ${count("not asked")} not asked`;
  return [...lines, "", total, ""].join("\n");
}

function cells(row: CheckRow): string[] {
  const number = (value: number | null): string => (value === null ? "-" : value.toFixed(value < 10 ? 1 : 0));
  const { usage, rateLimit } = row;
  const limits = [limitText(rateLimit?.limitRequests ?? null, "req"), limitText(rateLimit?.limitTokens ?? null, "tok")];
  return [
    `${row.target}${row.simulated ? " (simulated)" : ""}`,
    row.failure === null || row.verdict === "gone" ? row.verdict : row.failure,
    number(row.dnsMs),
    number(row.tcpMs),
    number(row.tlsMs),
    number(row.ttftMs),
    usage === null ? "-" : `${usage.input ?? "?"}+${usage.output ?? "?"}`,
    row.timings.length === 0 ? "-" : row.timings.map((name) => name.replace(/Ms$/, "")).join(" "),
    limits.filter((text) => text !== "").join(", ") || "-",
    plain(row.note),
  ];
}

function limitText(limit: number | null, unit: string): string {
  return limit === null ? "" : `${limit} ${unit}`;
}

/** What a cell of our CSVs holds; an empty one is no value in each. A number can be `inf`. */
export type ColumnType = "text" | "number" | "integer" | "boolean" | "time";

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: "run_id vantage target provider region model model_echoed precision scenario load cache validity price_kind price_as_of fidelity flags metric unit stat slice tool_version",
  integer: "schema_version planned ok failed rate_limited dropped accuracy_n n definitions_version",
  boolean: "simulated",
  time: "started_at ended_at",
  number: "",
};

const BY_NAME = new Map(
  Object.entries(TYPES).flatMap(([type, names]) => names.split(" ").map((name) => [name, type as ColumnType] as const)),
);

/** The type of a column of summary.csv or comparison.csv by its name, which means the same in both. */
export function columnType(name: string): ColumnType {
  return BY_NAME.get(name) ?? "number";
}

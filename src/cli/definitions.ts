import { groupsOf } from "../measure/group.ts";
import { RIVALS } from "../measure/rivals/rivals.ts";
import type { Rival } from "../measure/rivals/rival.ts";
import { sideBySide } from "../measure/rivals/side-by-side.ts";
import { vantageFaults } from "../measure/vantage-fault.ts";
import { rivalsJson, rivalsScreen } from "../report/rivals.ts";
import { readRun } from "../store/read.ts";
import { columns } from "./table.ts";
import { UsageError } from "./usage-error.ts";

/** `report --definitions`: the raw stamps of a run under the definitions of other tools, beside ours. Writes no file. */
export async function printDefinitions(folder: string, ids: readonly string[], isJson: boolean): Promise<void> {
  const rivals = chosen(ids);
  const record = await readRun(folder);
  const rows = sideBySide(groupsOf(record, vantageFaults(record)), rivals);
  const { runId } = record.manifest;
  process.stdout.write(isJson ? rivalsJson(runId, rivals, rows) : rivalsScreen(runId, rivals, rows, columns));
}

function chosen(ids: readonly string[]): readonly Rival[] {
  if (ids.includes("all")) return RIVALS;
  const known = RIVALS.map(({ id }) => id);
  const strays = ids.filter((id) => !known.includes(id));
  if (strays.length > 0) {
    throw new UsageError(...strays.map((id) => `--definitions: "${id}" is not known; ${known.join(", ")} and all are`));
  }
  return RIVALS.filter(({ id }) => ids.includes(id));
}

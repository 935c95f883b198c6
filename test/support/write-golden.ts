/**
 * Writes what the golden tests compare with. Run it from the repository's root:
 *   node test/support/write-golden.ts run      the frozen run folder: once for each version of the observation
 *   node test/support/write-golden.ts reports  what is made from it, after a deliberate change; read the diff
 *   node test/support/write-golden.ts schema   src/store/observation.schema.json
 */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRun } from "../../src/store/create.ts";
import { observationJsonSchema } from "../../src/store/schema.ts";
import { GOLDEN_REPORTS, GOLDEN_RUN, goldenReports, OBSERVATION_SCHEMA } from "./golden-files.ts";
import { goldenRun } from "./golden-run.ts";

async function writeRun(): Promise<void> {
  const exists = await readFile(join(GOLDEN_RUN, "manifest.json")).then(
    () => true,
    () => false,
  );
  if (exists) throw new Error(`${GOLDEN_RUN} is frozen: a new version gets a new folder`);
  const temporary = await mkdtemp(join(tmpdir(), "herdbench-golden-"));
  const golden = goldenRun();
  const folder = await createRun(temporary, { stamp: "20261123T184938Z", label: "golden" });
  await folder.writeManifest(golden.manifest);
  for (const intent of golden.intents) folder.appendIntent(intent);
  for (const observation of golden.observations) folder.appendObservation(observation);
  for (const trace of golden.events) folder.appendEvents(trace);
  await folder.writeTokens(golden.tokens);
  await folder.finish();
  await cp(folder.path, GOLDEN_RUN, { recursive: true });
  await rm(temporary, { recursive: true });
}

async function writeExpected(): Promise<void> {
  for (const [file, text] of Object.entries(await goldenReports())) await writeFile(join(GOLDEN_REPORTS, file), text);
}

const [what] = process.argv.slice(2);
if (what === "run") await writeRun();
else if (what === "reports") await writeExpected();
else if (what === "schema") await writeFile(OBSERVATION_SCHEMA, observationJsonSchema());
else throw new Error("usage: node test/support/write-golden.ts run|reports|schema");

import { writeFile } from "node:fs/promises";
import { reportJsonSchema } from "../../src/report/report-schema.ts";
import { verdictJsonSchema } from "../../src/report/verdict-schema.ts";
import { JSON_SCHEMAS } from "../../src/scenario/schema.ts";
import { nightJsonSchema } from "../../src/store/nights/schema.ts";
import { NIGHT_SCHEMA } from "./golden-files.ts";

// Rewrites the JSON Schemas beside the zod schemas that they are made from: node test/support/write-schemas.ts
for (const [name, schema] of Object.entries(JSON_SCHEMAS)) {
  await writeFile(new URL(`../../src/scenario/${name}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
await writeFile(new URL("../../src/report/verdict.schema.json", import.meta.url), verdictJsonSchema());
await writeFile(new URL("../../src/report/report.schema.json", import.meta.url), reportJsonSchema());
await writeFile(NIGHT_SCHEMA, nightJsonSchema());

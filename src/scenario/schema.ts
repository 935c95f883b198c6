import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { configSchema } from "./config.ts";
import { scenarioSchema } from "./parse.ts";
import { providerSchema } from "./provider-file.ts";

/** JSON Schemas (draft 2020-12) by file name: editors complete and check by them. */
export const JSON_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  "scenario.schema.json": jsonSchema("A herdbench scenario", scenarioSchema),
  "herdbench.schema.json": jsonSchema("herdbench.json", configSchema),
  "provider.schema.json": jsonSchema("A herdbench provider", providerSchema),
};

function jsonSchema(title: string, schema: z.ZodType): JsonObject {
  // The input side: what a person writes, before what was left out is filled in.
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" }) as JsonObject;
  return { ...($schema === undefined ? {} : { $schema }), title, ...rest };
}

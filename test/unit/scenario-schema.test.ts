import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { JSON_SCHEMAS } from "../../src/scenario/schema.ts";

it.each(Object.keys(JSON_SCHEMAS))("%s is what the code accepts", async (name) => {
  const text = await readFile(new URL(`../../src/scenario/${name}`, import.meta.url), "utf8");
  expect(JSON.parse(text), "regenerate with: node test/support/write-schemas.ts").toEqual(JSON_SCHEMAS[name]);
});

it("the scenario schema refuses unknown keys, asks only for what has no default, and allows $schema", () => {
  const schema = JSON_SCHEMAS["scenario.schema.json"]!;
  expect(schema["additionalProperties"]).toBe(false);
  expect(schema["required"]).toEqual([
    "id",
    "title",
    "source",
    "prompt",
    "load",
    "stop",
    "warmups",
    "slo",
    "arrangement",
    "seed",
  ]);
  expect(schema["properties"]).toMatchObject({ $schema: { type: "string" }, slo: { required: ["percentile"] } });
});

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { withGlossary } from "./readme.ts";
import { resultsReadme } from "./results-readme.ts";

// Puts the glossary of the catalogue into the README, and writes results/README.md: node test/support/write-readme.ts
const path = new URL("../../README.md", import.meta.url);
writeFileSync(path, withGlossary(readFileSync(path, "utf8")));
const results = new URL("../../results/README.md", import.meta.url);
mkdirSync(new URL(".", results), { recursive: true });
writeFileSync(results, resultsReadme());

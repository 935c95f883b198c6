import { readFileSync, writeFileSync } from "node:fs";
import { withGlossary } from "./readme.ts";

// Puts the glossary of the catalogue into the README: node test/support/write-readme.ts
const path = new URL("../../README.md", import.meta.url);
writeFileSync(path, withGlossary(readFileSync(path, "utf8")));

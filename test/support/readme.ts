import { glossaryMarkdown } from "../../src/measure/glossary.ts";

const GLOSSARY = /(<!-- glossary: [^\n]*-->\n)[\s\S]*?(<!-- \/glossary -->)/;

/** The README with the glossary as the catalogue has it now. */
export function withGlossary(readme: string): string {
  if (!GLOSSARY.test(readme)) throw new Error("the README has no glossary marks");
  return readme.replace(GLOSSARY, (_all, open: string, close: string) => `${open}\n${glossaryMarkdown()}\n\n${close}`);
}

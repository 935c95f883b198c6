/** One section of an INI file. */
export type Section = ReadonlyMap<string, string>;

/**
 * The INI files that AWS and Oracle keep credentials in: `[section]`, `key = value`, lines that begin with `#` or `;` are
 * comments. Keys in lower case; indented lines belong to a nested value of the line before and are skipped.
 */
export function readIni(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name.trim()) ?? new Map<string, string>();
      sections.set(name.trim(), section);
      continue;
    }
    const at = line.indexOf("=");
    if (at > 0 && !/^[\s#;]/.test(line))
      section?.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return sections;
}

import type { Variables } from "../core/sign-in.ts";

/** Reads credentials from variables and gathers what is wrong with them, so that a user hears it all at once. */
export interface Asked {
  /** The first of the variables that is set; an empty text, and a problem, when none is. */
  need(names: readonly string[], what: string): string;
  /** The same as a header value: without spaces and control characters. */
  needKey(names: readonly string[], what: string): string;
  problem(text: string): void;
  readonly problems: readonly string[];
}

export function askVariables(variables: Variables): Asked {
  const problems: string[] = [];
  const need = (names: readonly string[], what: string): string => {
    const value = firstOf(variables, names);
    if (value === null) problems.push(`no ${what}: set the environment variable ${names.join(" or ")}`);
    return value ?? "";
  };
  return {
    problems,
    problem: (text) => void problems.push(text),
    need,
    needKey: (names, what) => {
      const value = need(names, what);
      if (value !== "" && !isHeaderValue(value)) {
        const name = names.find((candidate) => variables(candidate) === value) ?? names[0];
        problems.push(`${name} holds characters that no key has; set it again without spaces or quotes`);
      }
      return value;
    },
  };
}

/** The value of the first variable that is set; null when none is. */
export function firstOf(variables: Variables, names: readonly string[]): string | null {
  const set = names.find((name) => variables(name) !== null);
  return set === undefined ? null : variables(set);
}

/** A path with the user's home in the place of `~`. */
export function homePath(path: string, variables: Variables): string {
  const home = firstOf(variables, ["HOME", "USERPROFILE"]);
  return home !== null && /^~(?=[\\/])/.test(path) ? home + path.slice(1) : path;
}

function isHeaderValue(value: string): boolean {
  return /^[\u0021-\u007e]+$/.test(value);
}

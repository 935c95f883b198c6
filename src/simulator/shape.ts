import { isRecord } from "./record.ts";

/** Adds one sentence per problem of `value`, which stands at `path`. */
export type Check = (value: unknown, path: string, problems: string[]) => void;

export function object(fields: Readonly<Record<string, Check>>): Check {
  return (value, path, problems) => {
    if (!isRecord(value)) {
      problems.push(`${path}: must be an object`);
      return;
    }
    for (const [key, check] of Object.entries(fields)) {
      if (Object.hasOwn(value, key)) check(value[key], `${path}.${key}`, problems);
      else problems.push(`${path}.${key}: is missing`);
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) problems.push(`${path}.${key}: is not known here`);
    }
  };
}

export function numberIn(low: number, high: number): Check {
  return (value, path, problems) => {
    if (typeof value === "number" && value >= low && value <= high) return;
    problems.push(`${path}: must be a number from ${low} to ${high}`);
  };
}

export function integerIn(low: number, high: number): Check {
  return (value, path, problems) => {
    if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return;
    problems.push(`${path}: must be a whole number from ${low} to ${high}`);
  };
}

export function listOf(check: Check, lengthMin: number): Check {
  return (value, path, problems) => {
    if (!Array.isArray(value) || value.length < lengthMin) {
      problems.push(`${path}: must be a list of at least ${lengthMin}`);
      return;
    }
    value.forEach((each, index) => check(each, `${path}[${index}]`, problems));
  };
}

export function oneOf(names: readonly string[]): Check {
  return (value, path, problems) => {
    if (names.includes(value as string)) return;
    problems.push(`${path}: must be one of ${names.join(", ")}`);
  };
}

export function orNull(check: Check): Check {
  return (value, path, problems) => {
    if (value !== null) check(value, path, problems);
  };
}

export function text(value: unknown, path: string, problems: string[]): void {
  if (typeof value !== "string" || value === "") problems.push(`${path}: must be a text that is not empty`);
}

/** A figure and how far off it may be; low ≤ value ≤ high. */
export interface Bounds {
  readonly low: number;
  readonly value: number;
  readonly high: number;
}

export type End = keyof Bounds;

const ENDS = ["low", "value", "high"] as const satisfies readonly End[];

/** A figure that is known exactly. */
export function certain(value: number): Bounds {
  return { low: value, value, high: value };
}

/** Made end by end. */
export function bounds(of: (end: End) => number): Bounds {
  const [low, value, high] = ENDS.map(of) as [number, number, number];
  return { low, value, high };
}

/** Figures of one target with the connections that they came over. */
export interface Side {
  /** +∞ for a failure where less is better; 0 where more is. */
  readonly values: readonly number[];
  /** Number of the cluster of each value, from 0. */
  readonly clusters: readonly number[];
  readonly clusterCount: number;
}

/** What is compared. Paired: value i of either side answers the same prompt at the same moment. */
export interface Sides {
  readonly a: Side;
  readonly b: Side;
  readonly isPaired: boolean;
  /** Of pairs: number of the cluster that both ends share, one for each couple of connections. Empty when not paired. */
  readonly cells: readonly number[];
  readonly cellCount: number;
}

/** One figure, and the name of what it may depend on. */
export interface Figure {
  readonly value: number;
  /** Null: on nothing that is known. */
  readonly cluster: string | null;
}

/** Figures that have to do with each other one by one. */
export function pairedSides(pairs: readonly { readonly a: Figure; readonly b: Figure }[]): Sides {
  const a = sideOf(pairs.map((pair) => pair.a));
  const b = sideOf(pairs.map((pair) => pair.b));
  const { numbers, count } = numbered(pairs.map((_, i) => a.clusters[i]! * b.clusterCount + b.clusters[i]!));
  return { a, b, isPaired: true, cells: numbers, cellCount: count };
}

/** Figures that have nothing to do with each other. */
export function separateSides(a: readonly Figure[], b: readonly Figure[]): Sides {
  return { a: sideOf(a), b: sideOf(b), isPaired: false, cells: [], cellCount: 0 };
}

/** Units of the comparison: pairs, or values of the smaller side. */
export function unitsOf({ a, b }: Sides): number {
  return Math.min(a.values.length, b.values.length);
}

/** True when no value shares its cluster with another. */
export function isUnclustered({ a, b }: Sides): boolean {
  return a.clusterCount === a.values.length && b.clusterCount === b.values.length;
}

function sideOf(figures: readonly Figure[]): Side {
  const { numbers, count } = numbered(
    figures.map(({ cluster }, i) => (cluster === null ? `alone ${i}` : `in ${cluster}`)),
  );
  return { values: figures.map(({ value }) => value), clusters: numbers, clusterCount: count };
}

function numbered(names: readonly (string | number)[]): {
  readonly numbers: readonly number[];
  readonly count: number;
} {
  const known = new Map<string | number, number>();
  const numbers = names.map((name) => {
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  });
  return { numbers, count: known.size };
}

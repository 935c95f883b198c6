/** The known name that was probably meant; null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  const plain = bare(name);
  const scored = known.map((candidate) => ({ candidate, edits: distance(plain, bare(candidate)) }));
  const best = scored.sort((a, b) => a.edits - b.edits)[0];
  if (best !== undefined && best.edits <= Math.max(1, Math.floor(plain.length / 3))) return best.candidate;
  const part = known.find((candidate) => plain.length > 2 && bare(candidate).includes(plain));
  return part ?? known.find((candidate) => plain.includes(bare(candidate))) ?? null;
}

const NAME_CHARS_MAX = 64;

/** Letters and digits only: `rate_per_second` is near to `ratePerSecond`. Long names are cut, as distance is quadratic. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z\d]/g, "")
    .slice(0, NAME_CHARS_MAX);
}

/** Fewest insertions, deletions, replacements and swaps of neighbours that turn one text into the other (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced, isSwap ? before[j - 2]! + 1 : Infinity));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

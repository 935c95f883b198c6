/**
 * Uniform numbers in [0, 1) from 32 bits of state (mulberry32, Tommy Ettinger, public
 * domain; in JavaScript at https://github.com/bryc/code): the generator that the
 * published check values of the model are bound to, which is why it stands beside src/core/random.ts.
 */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normals by Box and Muller, the cosine of each pair alone: two uniforms for each normal. */
export function normals(uniform: () => number): () => number {
  return () => {
    // 0 is one draw in 2^32, and its logarithm is infinite.
    const radius = Math.sqrt(-2 * Math.log(uniform() || Number.MIN_VALUE));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}

/** Numbers that look random and follow from a seed, so that a run can be had again. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, limit). */
  below(limit: number): number;
}

/** sfc32: 128 bits of state, a few nanoseconds a number. The seed is any whole number below 2³². */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let counter = 1;
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Seeds that differ in one bit give unrelated numbers only after some rounds.
  for (let round = 0; round < 16; round++) draw();
  return {
    next: () => draw() / 0x1_0000_0000,
    below: (limit) => Math.floor((draw() / 0x1_0000_0000) * limit),
  };
}

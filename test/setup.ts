import fc from "fast-check";

// Random tests print their seed when they fail; continuous integration fixes it, so that a red run is red again.
const seed = process.env.FAST_CHECK_SEED;
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });

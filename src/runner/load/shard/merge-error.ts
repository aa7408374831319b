/** Shards that do not make a run together. */
export class MergeError extends Error {
  override readonly name = "MergeError";
}

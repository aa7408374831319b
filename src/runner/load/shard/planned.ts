/**
 * What the plan says of a device of another shard at a moment. `unsure`: it has just come or gone, and only its own shard
 * knows what it was by then.
 */
export type Planned = "online" | "away" | "unsure";

/** Times are ms since the start that all shards share. */
export type PlannedPresence = (device: number, atMs: number) => Planned;

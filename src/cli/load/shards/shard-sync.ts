import type { ShardSync } from "../../../runner/load/shard/shard-meeting.js";
import { usageError } from "../../command-error.js";
import type { StartAt } from "./start-at-value.js";

/** Of a shard that nobody coordinates: it begins by the clock, and stays until the end of its drain. @throws CommandError when that is over */
export function syncByClock(startAt: StartAt, nowMs: () => number): ShardSync {
  const atMs = "atMs" in startAt ? startAt.atMs : nowMs() + startAt.inMs;
  const agoMs = nowMs() - atMs;
  if (agoMs > 0) throw usageError(`--start-at: that was ${Math.ceil(agoMs / 1000)} s ago`);
  return {
    runId: `${atMs}`,
    startAtMs: async () => atMs,
    isSetupShared: false,
    shareSetup: async (own) => own,
    isOver: () => true,
    isSettled: () => false,
  };
}

import { murmur3Of } from "./oracle/murmur3.js";

const RUN_NUMBERS = 2 ** 30;

/**
 * What tells this run's messages from those of any other, below 2³⁰: a seed is used again, and what one run left behind
 * may arrive in the next.
 * @param runId the same for all shards of a run, and for no other run
 */
export function runNumberOf(seed: number, runId: string): number {
  const text = Buffer.from(`${seed} ${runId}`);
  return murmur3Of(new DataView(text.buffer, text.byteOffset, text.length), 0, text.length) % RUN_NUMBERS;
}

import { setTimeout as delay } from "node:timers/promises";

const nothing: Buffer = Buffer.alloc(0);

/**
 * The chunks as they come, and an empty one when none has come for `pauseMs`: who holds something back because more may follow
 * then lets go of it. One empty chunk a pause, however long.
 */
export async function* withPauses(chunks: AsyncIterable<Buffer>, pauseMs: number): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      if (!(await hasSettled(next, pauseMs))) yield nothing;
      const { done, value } = await next;
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function hasSettled(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const isInTime = await Promise.race([settled, delay(withinMs, false, { signal: timer.signal }).catch(() => true)]);
  timer.abort();
  return isInTime;
}

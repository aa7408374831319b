import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MsgType } from "../../../../src/codec/generated/enums.js";
import { AppendQueue } from "../../../../src/server/storage/sql/append-queue.js";
import type { TableMessage } from "../../../../src/server/storage/sql/audio-messages.js";

const message: TableMessage = {
  fromId: 1,
  to: { kind: 1, id: 2 },
  type: MsgType.MSG_TYPE_SINGLE_TEXT,
  created: 1,
  content: Buffer.from("hello"),
};

/** A queue, and how many messages it stored together each time. */
function queueAndBatches({ isBlocking = true } = {}): { readonly queue: AppendQueue; readonly batches: number[] } {
  const batches: number[] = [];
  const queue = new AppendQueue(async (batch) => {
    batches.push(batch.length);
    return batch.map((_, index) => index + 1);
  }, isBlocking);
  return { queue, batches };
}

/** Appends a message in each of so many turns of the event loop, ahead of whoever waits for the turn's end. */
function appendInTurns(queue: AppendQueue, turns: number, each: () => void = () => {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const append = (left: number) => {
      if (left > 1) setImmediate(append, left - 1);
      each();
      const stored = queue.append(message);
      stored.catch(reject);
      if (left === 1) resolve(stored);
    };
    setImmediate(append, turns);
  });
}

describe("the queue of messages that are to be stored", () => {
  // The clock goes where a test says so.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("stores together what keeps coming in, turn after turn", async () => {
    const { queue, batches } = queueAndBatches();
    await appendInTurns(queue, 5);
    expect(batches).toEqual([5]);
  });

  it("stores at the end of the turn what else comes in while others are stored", async () => {
    const { queue, batches } = queueAndBatches({ isBlocking: false });
    await appendInTurns(queue, 4);
    expect(batches).toEqual([2, 2]);
  });

  it("does not wait once a turn has brought nothing", async () => {
    const { queue, batches } = queueAndBatches();
    await queue.append(message);
    await queue.append(message);
    expect(batches).toEqual([1, 1]);
  });

  it("stores what there is after 3 ms, although more keeps coming in", async () => {
    const { queue, batches } = queueAndBatches();
    await appendInTurns(queue, 8, () => vi.advanceTimersByTime(1));
    expect(batches).toEqual([4, 4]);
  });
});

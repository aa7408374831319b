import { describe, expect, it } from "vitest";
import { PendingAcks } from "../../../../src/runner/load/devices/pending-acks.js";

describe("PendingAcks", () => {
  it("finds the message by seq_num, once, whatever the order of acks", () => {
    const acks = new PendingAcks(2);
    for (const [seqNum, row] of [
      [5, 10],
      [9, 11],
      [300, 12],
    ] as const) {
      acks.add(1, seqNum, row, row * 10);
    }
    expect(acks.take(0, 5)).toBeUndefined();
    expect([acks.take(1, 9), acks.takenSerial, acks.takenLate]).toEqual([11, 110, false]);
    expect([acks.take(1, 300), acks.takenSerial]).toEqual([12, 120]);
    expect([acks.take(1, 5), acks.takenSerial]).toEqual([10, 100]);
    expect(acks.take(1, 5)).toBeUndefined();
  });

  it("has room for 32, and again after acks, after giving up and after forgetting", () => {
    const acks = new PendingAcks(1);
    for (let message = 0; message < 32; message++) acks.add(0, message, message, message);
    expect(acks.hasRoom(0)).toBe(false);
    acks.take(0, 3);
    expect(acks.hasRoom(0)).toBe(true);
    acks.add(0, 100, 100, 100);
    expect(acks.hasRoom(0)).toBe(false);
    acks.giveUp(0, 7);
    expect(acks.hasRoom(0)).toBe(true);
    acks.forget(0);
    expect(acks.hasRoom(0)).toBe(true);
    expect(acks.take(0, 100)).toBeUndefined();
  });

  it("recognises a late ack until the cell is needed, oldest first", () => {
    const acks = new PendingAcks(1);
    for (let message = 0; message < 32; message++) acks.add(0, message, message, message);
    acks.giveUp(0, 4);
    acks.giveUp(0, 5);
    acks.giveUp(0, 5);
    acks.add(0, 200, 200, 200);
    expect(acks.hasRoom(0)).toBe(true);
    expect(acks.take(0, 4)).toBeUndefined();
    expect([acks.take(0, 5), acks.takenLate]).toEqual([5, true]);
    expect([acks.take(0, 200), acks.takenLate]).toEqual([200, false]);
  });
});

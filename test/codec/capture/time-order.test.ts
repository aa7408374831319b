import { describe, expect, it } from "vitest";
import type { CapturedPacket } from "../../../src/codec/capture/captured-packet.js";
import { TimeOrder } from "../../../src/codec/capture/time-order.js";

describe("TimeOrder", () => {
  it("passes packets on in order of time; those of the same time in the order of the file", () => {
    expect(ordered([3, 1, 2, 2, 1, 5, 4])).toEqual([2, 5, 3, 4, 1, 7, 6]);
  });

  it("leaves a packet without time behind the one that it followed", () => {
    expect(ordered([1, -1, 3, -1, 2])).toEqual([1, 2, 5, 3, 4]);
  });

  it("holds back no more than its limit: order is only mended within it", () => {
    expect(ordered([9, 8, 7, 6, 1], 2)).toEqual([3, 4, 5, 2, 1]);
  });
});

function ordered(times: readonly number[], reorderPacketsMax = 100): number[] {
  const numbers: number[] = [];
  const order = new TimeOrder({ reorderPacketsMax, reorderBytesMax: 1 << 20 }, ({ number }) => numbers.push(number));
  for (const [index, seconds] of times.entries()) {
    const packet: CapturedPacket = { number: index + 1, linkType: 1, seconds, nanos: 0, bytes: Buffer.alloc(10) };
    order.push(packet);
  }
  order.release();
  return numbers;
}

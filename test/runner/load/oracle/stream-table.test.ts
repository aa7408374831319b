import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamTable } from "../../../../src/runner/load/oracle/stream-table.js";

/** Few enough that streams meet again, many enough that the table grows. */
const devices = fc.nat(40);
const targets = fc.nat(40);
const steps = fc.array(fc.tuple(fc.constantFrom("send", "send", "ack", "remove"), devices, targets), {
  minLength: 200,
  maxLength: 3000,
});

describe("StreamTable", () => {
  it("has a row for each stream with a message in flight, its own, whatever comes and goes", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const table = new StreamTable(2);
        const streams = new Map<string, { row: number; inFlight: number; unacked: number }>();
        for (const [what, device, target] of taken) {
          const key = `${device} ${target}`;
          const stream = streams.get(key) ?? { row: -1, inFlight: 0, unacked: 0 };
          if (what === "send") {
            const row = table.add(device, target);
            expect(stream.inFlight === 0 ? row : stream.row).toBe(row);
            streams.set(key, { row, inFlight: stream.inFlight + 1, unacked: stream.unacked + 1 });
          } else if (what === "ack" && stream.unacked > 0) {
            table.acked(stream.row);
            stream.unacked--;
          } else if (what === "remove" && stream.inFlight > stream.unacked) {
            table.remove(stream.row);
            stream.inFlight--;
            if (stream.inFlight === 0) streams.delete(key);
          }
          expect(table.isAwaitingAck(device, target)).toBe((streams.get(key)?.unacked ?? 0) > 0);
        }
        const rows = [...streams.values()].map(({ row }) => row);
        expect(new Set(rows).size).toBe(rows.length);
        for (const [key, { unacked }] of streams) {
          const [device = 0, target = 0] = key.split(" ").map(Number);
          expect(table.isAwaitingAck(device, target)).toBe(unacked > 0);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("keeps apart more streams than it began with, and finds each after others are gone", () => {
    const table = new StreamTable(1);
    const rows = Array.from({ length: 1000 }, (_, device) => table.add(device, 7 * device));
    expect(new Set(rows).size).toBe(1000);
    for (let device = 0; device < 1000; device += 2) {
      table.acked(rows[device] as number);
      table.remove(rows[device] as number);
    }
    for (let device = 0; device < 1000; device++) {
      expect(table.isAwaitingAck(device, 7 * device)).toBe(device % 2 === 1);
    }
  });
});

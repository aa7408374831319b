import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SendWindow } from "../../../../src/runner/load/devices/send-window.js";

const LIMIT = 20;

describe("SendWindow", () => {
  it("lets a device send up to the limit at once and no more", () => {
    const window = new SendWindow(2, LIMIT);
    for (let message = 0; message < LIMIT; message++) {
      expect(window.hasRoom(1, 0)).toBe(true);
      window.sent(1);
    }
    expect(window.hasRoom(1, 0)).toBe(false);
    expect(window.hasRoom(0, 0)).toBe(true);
  });

  it("has room again a little more than a second after the ack, not after the sending", () => {
    const window = new SendWindow(1, 1);
    window.sent(0);
    expect(window.hasRoom(0, 60_000)).toBe(false);
    window.settled(0, 60_000);
    expect(window.hasRoom(0, 61_000)).toBe(false);
    expect(window.hasRoom(0, 61_100)).toBe(true);
  });

  it("begins anew with the next connection: what had no ack by then takes no room", () => {
    const window = new SendWindow(2, LIMIT);
    for (let message = 0; message < LIMIT; message++) window.sent(0);
    for (let message = 0; message < LIMIT; message++) window.sent(1);
    for (let message = 0; message < LIMIT; message++) window.settled(1, 100);
    window.forget(0);
    window.forget(1);
    for (const device of [0, 1]) {
      for (let message = 0; message < LIMIT; message++) {
        expect(window.hasRoom(device, 200)).toBe(true);
        window.sent(device);
      }
      expect(window.hasRoom(device, 200)).toBe(false);
    }
  });

  it("never lets the server count more than the limit within any second, however it delays its work", () => {
    const delay = fc.record({ waitMs: fc.nat(120), toServerMs: fc.nat(1500), toClientMs: fc.nat(300) });
    fc.assert(
      fc.property(fc.array(delay, { minLength: 30, maxLength: 200 }), (delays) => {
        const window = new SendWindow(1, LIMIT);
        const acks: number[] = [];
        const countedMs: number[] = [];
        let nowMs = 0;
        // The connection keeps order: nothing is counted or acked before what was sent earlier.
        let lastCountedMs = 0;
        let lastAckMs = 0;
        for (const { waitMs, toServerMs, toClientMs } of delays) {
          nowMs += waitMs;
          for (;;) {
            while (acks.length > 0 && (acks[0] as number) <= nowMs) window.settled(0, acks.shift() as number);
            if (window.hasRoom(0, nowMs)) break;
            nowMs += 10;
          }
          window.sent(0);
          lastCountedMs = Math.max(lastCountedMs, nowMs + toServerMs);
          countedMs.push(lastCountedMs);
          lastAckMs = Math.max(lastAckMs, lastCountedMs + toClientMs);
          acks.push(lastAckMs);
        }
        for (const start of countedMs) {
          const within = countedMs.filter((counted) => counted >= start && counted < start + 1000);
          expect(within.length).toBeLessThanOrEqual(LIMIT);
        }
      }),
    );
  });
});

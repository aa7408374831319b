import { describe, expect, it } from "vitest";
import { InFlightPdus } from "../../../src/runner/load/in-flight-pdus.js";

const chunk = Buffer.from("..one..two..three");
const one = [2, 5] as const;
const two = [7, 10] as const;
const three = [12, 17] as const;

describe("InFlightPdus", () => {
  it("has the ack, and what each recipient got, also of those that got something else", () => {
    const pdus = new InFlightPdus();
    pdus.begin(3);
    pdus.acked(3, chunk, ...one);
    pdus.received(3, 0, chunk, ...two);
    pdus.received(3, 1, Buffer.from(chunk), ...two);
    pdus.received(3, 2, chunk, ...three);
    pdus.received(3, 4, chunk, ...one);
    expect(pdus.ackOf(3)?.toString()).toBe("one");
    expect([0, 1, 2, 4].map((recipient) => pdus.receivedBy(3, recipient)?.toString())).toEqual([
      "two",
      "two",
      "three",
      "one",
    ]);
    expect(pdus.ackOf(4)).toBeUndefined();
  });

  it("forgets a row's message when the next one has the row", () => {
    const pdus = new InFlightPdus();
    pdus.begin(0);
    pdus.acked(0, chunk, ...one);
    pdus.received(0, 0, chunk, ...two);
    pdus.received(0, 1, chunk, ...three);
    pdus.begin(0);
    expect([pdus.ackOf(0), pdus.receivedBy(0, 0), pdus.receivedBy(0, 1)]).toEqual([undefined, undefined, undefined]);
    pdus.received(0, 1, chunk, ...one);
    expect(pdus.receivedBy(0, 1)?.toString()).toBe("one");
  });

  it("keeps no more than it may, shows nothing in place of what it did not keep, and goes on once rows are free", () => {
    const pdus = new InFlightPdus(64 + 5);
    pdus.begin(0);
    pdus.received(0, 0, chunk, ...one);
    pdus.received(0, 1, chunk, ...three);
    pdus.received(0, 2, chunk, ...two);
    pdus.begin(1);
    pdus.received(1, 0, chunk, ...one);
    expect(pdus.receivedBy(0, 1)?.toString()).toBe("three");
    expect(pdus.receivedBy(0, 2)).toHaveLength(0);
    expect(pdus.receivedBy(1, 0)).toBeUndefined();
    pdus.begin(0);
    pdus.received(0, 0, chunk, ...one);
    pdus.received(0, 1, chunk, ...three);
    expect(pdus.receivedBy(0, 1)?.toString()).toBe("three");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeliveryKey, DeliverySum } from "../../../../src/runner/load/shard/delivery-sum.js";

const keys = fc.record({
  senderDevice: fc.nat(2 ** 24 - 1),
  serial: fc.maxSafeNat().map((serial) => serial % 2 ** 36),
  device: fc.nat(2 ** 24 - 1),
  // Below 2³², as everything of a run is: it is 49 days.
  sentMs: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  msgId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

function sumOf(all: readonly DeliveryKey[]): DeliverySum {
  const sum = new DeliverySum();
  for (const { senderDevice, serial, device, sentMs, msgId } of all) {
    sum.add(senderDevice, serial, device, sentMs, msgId);
  }
  return sum;
}

function sorted(all: readonly DeliveryKey[]): string[] {
  return all.map((key) => JSON.stringify(Object.entries(key).sort())).sort();
}

describe("DeliverySum", () => {
  it("lists what one bag has and the other has not, whatever both have and in whatever order", () => {
    const bags = fc.uniqueArray(keys, { maxLength: 60, selector: (key) => JSON.stringify(key) });
    fc.assert(
      fc.property(bags, fc.nat(60), fc.nat(60), (all, from, to) => {
        const [ours, theirs] = [all.slice(0, Math.max(from, to)), all.slice(Math.min(from, to)).reverse()];
        const difference = sumOf(ours).minus(sumOf(theirs));
        const has = (bag: readonly DeliveryKey[]) => (key: DeliveryKey) => bag.includes(key);
        expect(difference.isComplete).toBe(true);
        expect(sorted(difference.missing)).toEqual(sorted(ours.filter((key) => !has(theirs)(key))));
        expect(sorted(difference.extra)).toEqual(sorted(theirs.filter((key) => !has(ours)(key))));
      }),
    );
  });

  it("lists what came twice", () => {
    const key = { senderDevice: 5, serial: 2 ** 35 + 7, device: 9, sentMs: 4_000_000_000, msgId: 3_000_000_000 };
    const difference = sumOf([key]).minus(sumOf([key, key]));
    expect(difference).toEqual({ missing: [], extra: [key], isComplete: true });
  });

  it("finds 2,000 missing among 200,000, and says when there are too many to list", () => {
    const all = Array.from({ length: 200_000 }, (_, serial) => ({
      senderDevice: serial % 500,
      serial: serial + 1,
      device: (serial * 7) % 900,
      sentMs: serial * 3,
      msgId: serial + 1,
    }));
    const whole = sumOf(all);
    const listed = whole.minus(sumOf(all.filter(({ serial }) => serial % 100 !== 0)));
    expect(listed.isComplete).toBe(true);
    expect(listed.missing.map(({ serial }) => serial).sort((a, b) => a - b)).toEqual(
      all.filter(({ serial }) => serial % 100 === 0).map(({ serial }) => serial),
    );
    expect(whole.minus(sumOf(all.slice(5000))).isComplete).toBe(false);
  });

  it("tells deliveries that differ in their msg_ids alone, and knows them when there are too many to list", () => {
    const key = { senderDevice: 5, serial: 7, device: 9, sentMs: 11, msgId: 13 };
    const altered = { ...key, msgId: 14 };
    const difference = sumOf([key]).minus(sumOf([altered]));
    expect(difference).toEqual({ missing: [key], extra: [altered], isComplete: true });

    const many = Array.from({ length: 5000 }, (_, serial) => ({ ...key, serial }));
    const [whole, others] = [sumOf(many), sumOf(many.map((each) => ({ ...each, msgId: 14 })).reverse())];
    expect(whole.minus(others).isComplete).toBe(false);
    expect(whole.hasSameMessages(others)).toBe(true);
    expect(whole.hasSameMessages(sumOf([...many.slice(1), key]))).toBe(false);
    expect(whole.hasSameMessages(sumOf(many.slice(1)))).toBe(false);
  });

  it("survives being written and read, and refuses what was not written by it", () => {
    const sum = sumOf([{ senderDevice: 1, serial: 2, device: 3, sentMs: 4, msgId: 5 }]);
    const read = DeliverySum.from(sum.state());
    expect(read.minus(sum)).toEqual({ missing: [], extra: [], isComplete: true });
    expect(read.count).toBe(1);
    for (const text of ["", "nonsense", sum.state().sum.slice(0, 20)]) {
      expect(() => DeliverySum.from({ count: 1, sum: text })).toThrow(RangeError);
    }
  });

  it("holds what two of them hold together", () => {
    const keys = [1, 2, 3].map((serial) => ({ senderDevice: 1, serial, device: 3, sentMs: 4, msgId: 5 }));
    const both = sumOf(keys.slice(0, 1)).plus(sumOf(keys.slice(1)));
    expect(both.count).toBe(3);
    expect(both.minus(sumOf(keys))).toEqual({ missing: [], extra: [], isComplete: true });
    expect(both.hasSameMessages(sumOf(keys))).toBe(true);
  });
});

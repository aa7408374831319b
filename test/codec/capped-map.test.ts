import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CappedMap } from "../../src/codec/capped-map.js";

describe("CappedMap", () => {
  it("forgets the entry that came first, whatever was set, renewed or made before", () => {
    const step = fc.record({ act: fc.constantFrom("set", "renew", "getOrMake" as const), key: fc.nat(9) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 200 }), (entriesMax, steps) => {
        const map = new CappedMap<number, number>(entriesMax);
        let expected: [number, number][] = [];
        for (const [value, { act, key }] of steps.entries()) {
          const known = expected.find(([other]) => other === key);
          if (act === "getOrMake") expect(map.getOrMake(key, () => value)).toBe(known?.[1] ?? value);
          else map[act](key, value);
          if (act === "renew") expected = expected.filter(([other]) => other !== key);
          if (known === undefined || act === "renew")
            expected = [...expected, [key, value] as [number, number]].slice(-entriesMax);
          else if (act === "set") known[1] = value;
          expect([...map]).toEqual(expected);
          expect(map.size).toBe(expected.length);
        }
      }),
    );
  });
});

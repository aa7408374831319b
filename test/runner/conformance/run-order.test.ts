import { describe, expect, it } from "vitest";
import { runOrder } from "../../../src/runner/conformance/run-order.js";
import { seededRandom } from "../../../src/scenarios/load/random.js";
import { caseOf } from "../../helpers/conformance-case.js";

const cases = Array.from({ length: 20 }, (_, n) => caseOf({ id: `frm.n${n}`, waitsForTimeout: n === 19 }));
const idsOf = (order: ReturnType<typeof runOrder>) => order.map(({ id }) => id);

describe("runOrder", () => {
  it("starts the long waits first, and goes on in the suite's order, round after round", () => {
    const others = idsOf(cases).slice(0, 19);
    expect(idsOf(runOrder(cases, 2))).toEqual(["frm.n19", "frm.n19", ...others, ...others]);
  });

  it("follows from the seed when shuffled", () => {
    const order = (seed: number) => idsOf(runOrder(cases, 1, seededRandom(seed).next));
    expect(order(7)).toEqual(order(7));
    expect(order(7)).not.toEqual(order(8));
    expect(order(7).toSorted()).toEqual(idsOf(cases).toSorted());
    expect(order(7)[0]).toBe("frm.n19");
  });
});

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { parseRule } from "../../src/tap/parse-rule.js";
import { RuleSet } from "../../src/tap/rule-set.js";
import { hex } from "../helpers/hex.js";

const heartbeat = hex("00000010 0001 0000 0007 0701 0000 0000");
const noFiles = { readFile: () => Buffer.alloc(0) };

/** Which of the first PDUs a rule drops, counted from 1. */
function dropped(
  rule: string,
  count: number,
  random: () => number = () => 0,
  connectionOf = (_: number) => 1,
): number[] {
  const rules = new RuleSet([parseRule(rule, noFiles)], random, noFiles);
  return Array.from({ length: count }, (_, index) => index + 1).filter(
    (number) => rules.judge(heartbeat, "c2s", connectionOf(number)).dropped,
  );
}

describe("RuleSet", () => {
  it.each([
    ["drop", [1, 2, 3, 4, 5, 6]],
    ["drop nth=3", [3]],
    ["drop nth=2,4", [2, 4]],
    ["drop after=4", [5, 6]],
    ["drop every=3", [1, 4]],
    ["drop after=1 every=2", [2, 4, 6]],
    ["drop times=2", [1, 2]],
    ["drop after=1 times=2", [2, 3]],
    ["drop dir=s2c", []],
    ["drop conn=2", []],
    ["drop command=0x0301", []],
    ["drop header.seqNum=1", []],
    ["drop header.seqNum=0 nth=1", [1]],
  ])("%s drops %j of six", (rule, numbers) => {
    expect(dropped(rule, 6)).toEqual(numbers);
  });

  it("counts over the tap, or for each connection on its own", () => {
    const turns = (number: number) => (number % 2) + 1;
    expect(dropped("drop nth=2", 6, undefined, turns)).toEqual([2]);
    expect(dropped("drop nth=2 per=connection", 6, undefined, turns)).toEqual([3, 4]);
  });

  it("takes the same chances again with the same seed, about as often as told", () => {
    const once = dropped("drop probability=0.1", 5000, seededRandom(7).next);
    expect(dropped("drop probability=0.1", 5000, seededRandom(7).next)).toEqual(once);
    expect(dropped("drop probability=0.1", 5000, seededRandom(8).next)).not.toEqual(once);
    expect(once.length).toBeGreaterThan(400);
    expect(once.length).toBeLessThan(600);
  });

  it("lets later rules see what earlier ones left", () => {
    const rules = new RuleSet(
      ["set header.seqNum=5", "drop header.seqNum=5", "duplicate"].map((rule) => parseRule(rule, noFiles)),
      () => 0,
      noFiles,
    );
    const verdict = rules.judge(heartbeat, "c2s", 1);
    expect(verdict).toMatchObject({ dropped: true, copies: 0, rules: [0, 1] });
    expect(rules.counts().map(({ applied }) => applied)).toEqual([1, 1, 0]);
  });

  it.each([
    ["online", true],
    ["1", true],
    ["USER_STATUS_ONLINE", true],
    ["offline", false],
  ])("finds a status of 1 when it looks for %s: %s", (value, isFound) => {
    const status = hex("00000016 0001 0000 0002 0203 0000 0000 0a04 0807 1001");
    const rules = new RuleSet([parseRule(`drop body.user_stat.status=${value}`, noFiles)], () => 0, noFiles);
    expect(rules.judge(status, "s2c", 1).dropped).toBe(isFound);
  });

  it("matches no field of a PDU that cannot be decoded", () => {
    const broken = hex("00000012 0001 0000 0002 0203 0000 0000 0a04");
    const rules = new RuleSet([parseRule("drop body.user_stat.status=1", noFiles)], () => 0, noFiles);
    expect(rules.judge(broken, "s2c", 1).dropped).toBe(false);
  });
});

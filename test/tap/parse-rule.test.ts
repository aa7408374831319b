import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodyJsonError } from "../../src/codec/record/body-json.js";
import { parseRule } from "../../src/tap/parse-rule.js";
import { RuleError } from "../../src/tap/tap-rule.js";

const options = {
  readFile: (path: string): Buffer => {
    throw new BodyJsonError(`@${path}: cannot be read`);
  },
};
const parse = (text: string) => parseRule(text, options);
const problemOf = (text: string): string => {
  try {
    return `no problem: ${JSON.stringify(parse(text))}`;
  } catch (error) {
    if (error instanceof RuleError) return error.message;
    throw error;
  }
};

describe("parseRule", () => {
  it.each([
    ["drop", { kind: "drop" }],
    ["delay 200ms", { kind: "delay", minMs: 200, maxMs: 200 }],
    ["delay 100ms..1.5s", { kind: "delay", minMs: 100, maxMs: 1500 }],
    ["duplicate", { kind: "duplicate", copies: 1 }],
    ["duplicate 3", { kind: "duplicate", copies: 3 }],
    [
      "set body.msg_id=1 header.seqNum=0x10",
      {
        kind: "set",
        assignments: [
          { path: "body.msg_id", text: "1" },
          { path: "header.seqNum", text: "0x10" },
        ],
      },
    ],
    [
      'set body.result_string="not now"',
      { kind: "set", assignments: [{ path: "body.result_string", text: "not now" }] },
    ],
    ["unset body.msg_id body.msg_data", { kind: "unset", paths: ["body.msg_id", "body.msg_data"] }],
    ["split", { kind: "split", pieceBytes: 1, gapMs: 0 }],
    ["split 7 10ms", { kind: "split", pieceBytes: 7, gapMs: 10 }],
    ["throttle 1.5KB/s", { kind: "throttle", bytesPerSecond: 1500 }],
    ["throttle 2MiB/s", { kind: "throttle", bytesPerSecond: 2 << 20 }],
    ["cut", { kind: "cut", passBytes: 0, how: "reset" }],
    ["cut 10 close", { kind: "cut", passBytes: 10, how: "close" }],
    ["cut close", { kind: "cut", passBytes: 0, how: "close" }],
    ["stall 1.4s", { kind: "stall", durationMs: 1400, scope: "connection" }],
    ["stall 1.4s all", { kind: "stall", durationMs: 1400, scope: "all" }],
    ["reorder", { kind: "reorder", behind: 1, withinMs: 1000 }],
    ["reorder 3 50ms", { kind: "reorder", behind: 3, withinMs: 50 }],
  ])("reads the action of %s", (text, action) => {
    expect(parse(text)).toMatchObject({ text, action });
  });

  it.each([
    ["command=CID_MSG_DATA", { commandIds: new Set([0x0301]) }],
    ["command=cid_msg_data,0x0302,IMHeartBeat", { commandIds: new Set([0x0301, 0x0302, 0x0701]) }],
    ["command=0x9999", { commandIds: new Set([0x9999]) }],
    ["command=CID_MSG_READ_*", { commandIds: new Set([0x0303, 0x0304]) }],
    ["dir=s2c conn=3,4", { direction: "s2c", connections: new Set([3, 4]) }],
    [
      "nth=3 after=1 every=2 times=5 per=connection",
      { nth: new Set([3]), after: 1, every: 2, times: 5, perConnection: true },
    ],
    ["probability=0.1", { probability: 0.1 }],
    ["probability=10%", { probability: 0.1 }],
    ["if body.to_session_id=7", { fields: [{ path: "body.to_session_id", text: "7" }] }],
  ])("reads the conditions %s", (text, conditions) => {
    expect(parse(`drop ${text}`).conditions).toEqual(conditions);
  });

  it("lets a stall happen once, unless told how often", () => {
    expect(parse("stall 1s after=100").conditions).toEqual({ after: 100, times: 1 });
    expect(parse("stall 1s every=100").conditions).toEqual({ every: 100 });
  });

  it.each([
    ["", "column 1: an action is expected: drop, delay"],
    ["drp", 'column 1: there is no action "drp"; did you mean "drop"?'],
    ["  constructor", 'column 3: there is no action "constructor"'],
    ["drop comand=0x0301", 'column 6: there is no condition "comand"; did you mean "command"?'],
    ["drop command=CID_MSG_DAT", 'column 14: there is no command "CID_MSG_DAT"; did you mean "CID_MSG_DATA"?'],
    ["drop command=0x0301,CID_X", 'column 21: there is no command "CID_X"'],
    ["drop nth=0", 'column 10: "0": a whole number from 1'],
    ["drop nth=3,x", 'column 10: "x": a whole number'],
    ["drop dir=up", 'column 10: "up": c2s or s2c is expected'],
    ["drop probability=2", 'column 18: "2": a probability is from 0 to 1'],
    ["drop everything", 'column 6: "everything": a condition is expected'],
    ["delay", "column 6: how long"],
    ["delay dir=s2c", "column 7: how long"],
    ["delay soon", 'column 7: "soon": a duration'],
    ["delay 2h", 'column 7: "2h": a duration of at most 1h'],
    ["delay 2s..1s", "column 7: 2s is longer than 1s"],
    ["duplicate 100000", 'column 11: "100000": a whole number from 1 to 1000'],
    ["throttle 10", 'column 10: "10": a rate'],
    ["cut 3 gently", 'column 7: "gently": reset or close is expected'],
    ["set command=0x0301", "column 5: a field, as in body.msg_id=1"],
    ["set body.msg_id", 'column 5: "body.msg_id": a value is expected'],
    ["set body.msg_di=1 command=0x0301", 'column 5: msg_di: IMMsgData has no field "msg_di"; did you mean "msg_id"?'],
    ["set body.msg_id=x command=0x0301", "column 5: msg_id: a whole number"],
    ["set body.no_such=1", "column 5: no message takes body.no_such=1"],
    ["set header.seqnum=1", 'column 5: the header has no field "seqnum"; did you mean "seqNum"?'],
    ["set header.seqNum=x", 'column 19: "x": a whole number'],
    ["drop if body.msg_di=1 command=0x0301", "column 9: msg_di: IMMsgData has no field"],
    ["unset body.msg_di command=0x0301", 'column 7: IMMsgData has no field "msg_di"'],
    ["unset header.seqNum", "column 7: a field is expected"],
    ['set body.result_string="x', "column 24: the quote"],
    ["set body.msg_data=@x command=0x0301", "column 5: @x: cannot be read"],
  ])("points at what is wrong in %j", (text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });

  it("fails in no other way, whatever it is given", () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        "drop",
        "delay",
        "set",
        "split",
        "cut",
        "1s",
        "body.msg_id=1",
        "command=*",
        "nth=1",
        "if",
        '"',
        "10KB/s",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        try {
          parse(words.join(" "));
        } catch (error) {
          expect(error).toBeInstanceOf(RuleError);
        }
      }),
    );
  });
});

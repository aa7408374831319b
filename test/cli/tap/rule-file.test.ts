import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readRuleFile } from "../../../src/cli/tap/rule-file.js";
import { parseRule } from "../../../src/tap/parse-rule.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  writeFileSync(join(folder, "rules.yaml"), text);
  return readRuleFile("rules.yaml", folder, { readFile: () => Buffer.alloc(0) });
}

describe("readRuleFile", () => {
  it("reads texts and maps to the same rules", () => {
    const asTexts = read(`
- drop command=CID_MSG_DATA dir=s2c nth=3
- delay 200ms command=0x0302
- set body.msg_id=1 command=CID_MSG_DATA probability=0.1
- split 5 10ms
- cut
`);
    const asMaps = read(`
rules:
  - {drop: , command: CID_MSG_DATA, dir: s2c, nth: 3}
  - {delay: 200ms, command: 0x0302}
  - set: {body.msg_id: 1}
    command: [CID_MSG_DATA]
    probability: 0.1
  - split: [5, 10ms]
  - cut:
`);
    const essence = ({ action, conditions }: (typeof asTexts)[number]) => ({ action, conditions });
    expect(asMaps.map(essence)).toEqual(asTexts.map(essence));
  });

  it("takes JSON, values with blanks, and quotes", () => {
    const [rule] = read('{"rules": [{"set": {"body.result_string": "not now"}}]}');
    expect(rule?.action).toEqual({ kind: "set", assignments: [{ path: "body.result_string", text: "not now" }] });
  });

  it.each([
    ["{set: {body.msg_id: 1}, body.to_session_id: 7}", "set body.msg_id=1 if body.to_session_id=7"],
    ["{unset: body.msg_id, header.seqNum: 7}", "unset body.msg_id if header.seqNum=7"],
    ["{set: {body.user_id_list: [1, 0x02]}}", "set body.user_id_list=[1,0x02]"],
    ["{drop: , body.user_id_list: [1]}", "drop body.user_id_list=[1]"],
    [`{set: {body.result_string: "it's"}}`, `set body.result_string="it's"`],
    [`{set: {body.result_string: 'say "no", it''s late'}}`, `set body.result_string='say "no", it'"'"'s late'`],
  ])("takes the map %s for %s", (map, text) => {
    const [asMap] = read(`- ${map}\n`);
    const asText = parseRule(text, { readFile: () => Buffer.alloc(0) });
    expect({ ...asMap, text: "" }).toEqual({ ...asText, text: "" });
  });

  it.each([
    ["- drop\n- drop comand=1\n", /rules\.yaml:2:3: rule column 6: there is no condition "comand"/],
    ["- {drp: }\n", /rules\.yaml:1:3: there is no action "drp"; did you mean "drop"\?/],
    ["- 7\n", /rules\.yaml:1:3: rule column 1: a rule is a text/],
    ["- {}\n", /the rule is empty/],
    ["- {drop: {a: {b: 1}}}\n", /a value is a text/],
    ["rules: 7\n", /a list of rules is expected/],
    ["", /a list of rules is expected/],
    ["- [", /rules\.yaml: /],
  ])("says where %j is wrong", (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });

  it("says that a file cannot be read", () => {
    expect(() => readRuleFile("none.yaml", folder, { readFile: () => Buffer.alloc(0) })).toThrow(
      /none\.yaml: cannot be read/,
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FilterError } from "../../../src/codec/filter/filter-error.js";
import { parseFilter } from "../../../src/codec/filter/parse-filter.js";

const record: Readonly<Record<string, unknown>> = {
  seq: 7,
  command: "CID_MSG_DATA",
  header: { commandId: 0x0301, seqNum: 4 },
  body: {
    to_session_id: 7,
    msg_type: "MSG_TYPE_SINGLE_TEXT",
    user_id_list: [3, 5],
    user_list: [{ user_id: 1 }, { user_id: 2 }],
  },
  text: "hello user2",
  attach: null,
  error: null,
};

describe("parseFilter", () => {
  it.each([
    ['command == "CID_MSG_DATA" && body.to_session_id == 7', true],
    ["header.commandId == 0x0301", true],
    ["header.seqNum > 4 || header.seqNum >= 4", true],
    ["!(seq < 7) && seq <= 7", true],
    ["command =~ /^cid_msg/i", true],
    ["command =~ /^cid_msg/", false],
    ["text =~ /\\u0068el{2}o\\b/", true],
    ["text =~ '^hello (user|group)\\\\d$'", true],
    ["text contains 'user2'", true],
    ["body.user_id_list contains 5", true],
    ["5 in body.user_id_list", true],
    ['command in ["CID_MSG_DATA", "CID_MSG_DATA_ACK"]', true],
    ["body.user_list.user_id == 2", true],
    ["body.user_list[1].user_id == 1", false],
    ["body.user_id_list[0] == 3", true],
    ["error == null && attach == null && body.group_id == null", true],
    ["error != null", false],
    ["body.group_id > 0", false],
    // A value that the enumeration does not have is shown as its number, and texts of other fields may be anything.
    ["body.msg_type == 99", false],
    ['body.msg_data == "x" || command == null', false],
    ['command contains "MSG" && command != "CID_MSG_DATA_ACK" && command < "D"', true],
    ["seq == -7", false],
    ["error", false],
    ["true", true],
  ])("%s is %s", (source, expected) => {
    expect(parseFilter(source)((name) => record[name])).toBe(expected);
  });

  it.each([
    ["comand == 1", 'column 1: a record has no field "comand"; did you mean "command"?: ▸comand == 1'],
    ["body.to_sesion_id == 1", "column 6: no message has a field"],
    ["to_session_id == 1", 'did you mean "body.to_session_id"?'],
    ["seq = 1", 'column 5: "=" means nothing here (== compares): seq ▸= 1'],
    ["seq == ", "column 8: a field, a string or a number is expected, not the end: seq == ▸"],
    ["(seq == 1", "column 10: ) is expected, not the end"],
    ["seq == 1 seq", "column 10: &&, || or the end is expected, not seq"],
    ['text == "open', "column 9: a string that is not closed"],
    ["text =~ /(/", "column 9: error parsing regexp: missing closing )"],
    ["text =~ /(?=a)/", "column 9: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
    ["text =~ /(a)\\1/", "column 9: error parsing regexp: invalid escape sequence: `\\1`"],
    ["text =~ /a/x", 'column 9: a pattern has no flag "x"'],
    ["text =~ /\\p{L}{1,900}\\p{L}{1,900}\\p{L}{1,900}/", "column 9: the pattern is too large"],
    ["seq.x == 1", "column 5: seq has no field"],
    ['command == "CID_MSG_DTA"', 'column 12: no command is called "CID_MSG_DTA"; did you mean "CID_MSG_DATA"?'],
    ['"MSG_DATA" != command', 'column 1: no command is called "MSG_DATA"; did you mean "CID_MSG_DATA"?'],
    ['command in ["CID_MSG_DATA", "CID_MSG_ACK"]', 'column 29: no command is called "CID_MSG_ACK"'],
    ["command == 0x0301", "column 12: a command has a name; header.commandId == 0x0301 compares ids"],
    ['message == "IMMsgData"', 'column 12: no message is called "IMMsgData"; did you mean "IM.Message.IMMsgData"?'],
    ['dir == "in"', 'column 8: no direction is called "in"'],
    [
      'body.msg_type == "SINGLE_TEXT"',
      'column 18: no value of msg_type is called "SINGLE_TEXT"; did you mean "MSG_TYPE_SINGLE_TEXT"?',
    ],
    ["body.msg_type == 1", "column 18: msg_type has names: MSG_TYPE_SINGLE_TEXT"],
    ["", "column 1: a field, a string or a number is expected, not the end"],
    [`${"(".repeat(500)}1`, "nested too deeply"],
  ])("says where %j goes wrong", (source, expected) => {
    expect(() => parseFilter(source)).toThrow(expected);
  });

  it("tries a pattern that makes others backtrack for ever, on all that a message may hold", () => {
    const filter = parseFilter("text =~ /^(([a-z])+.)+[A-Z]([a-z])+$/ || text =~ /(a|aa)+$/ || text =~ /(x+x+)+y/");
    const text = "ax".repeat(2047);
    expect(filter(() => `${text}!`)).toBe(false);
    expect(filter(() => `${text}aa`)).toBe(true);
  });

  it("answers or explains any text, and does nothing else", () => {
    const words = fc.constantFrom(
      "seq",
      "==",
      "(",
      ")",
      "&&",
      "||",
      "!",
      "1",
      '"a"',
      "body",
      ".",
      "[",
      "]",
      "in",
      "=~",
      "/x/",
      "-",
      ",",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join(" ")),
        ),
        (source) => {
          try {
            expect(typeof parseFilter(source)((name) => record[name])).toBe("boolean");
          } catch (error) {
            expect(error).toBeInstanceOf(FilterError);
          }
        },
      ),
    );
  });
});

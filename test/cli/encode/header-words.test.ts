import { describe, expect, it } from "vitest";
import { readHeaderWords } from "../../../src/cli/encode/header-words.js";

describe("readHeaderWords", () => {
  it.each([
    ["fields", ["seqNum=7", "length=15"], { seqNum: 7, length: 15 }, 0, []],
    ["several in one word", ["seqNum=7,length=15"], { seqNum: 7, length: 15 }, 0, []],
    ["names as in the protocol's tables", ["seq_num=0x10", "COMMAND-ID=1"], { seqNum: 16, commandId: 1 }, 0, []],
    ["a length beside the truth", ["length=+4"], {}, 4, []],
    ["words that follow", ["flag=1", "IMLoginReq", "user_name=a b"], { flag: 1 }, 0, ["IMLoginReq", "user_name=a b"]],
    ["JSON that follows", ["length=15", '{"command":"0x0701"}'], { length: 15 }, 0, ['{"command":"0x0701"}']],
  ])("reads %s", (_, words, overrides, lengthOff, rest) => {
    expect(readHeaderWords(words)).toEqual({ overrides, lengthOff, rest });
  });

  it.each([
    ["lenth=15", /can be set; did you mean "length"\?/],
    ["seqNum=65536", /a number from 0 to 65535 is expected/],
    ["seqNum=", /a number from 0 to 65535/],
    ["seqNum=-1", /a number from 0 to 65535/],
    ["length=x", /from 0 to 4294967295, or \+4 or -4 from the truth/],
  ])("refuses %s", (word, problem) => {
    expect(() => readHeaderWords([word])).toThrow(problem);
  });
});

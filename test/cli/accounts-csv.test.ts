import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvCell, readAccountsCsv } from "../../src/cli/accounts-csv.js";

const alice = { name: "alice", password: "a" };
const bob = { name: "bob", password: "b" };

describe("readAccountsCsv", () => {
  it.each([
    ["without a heading", "alice,a\nbob,b\n"],
    ["with a heading", "name,password\nalice,a\nbob,b"],
    ["of a spreadsheet: a byte order mark, Windows line ends", "\ufeffname,password\r\nalice,a\r\nbob,b\r\n"],
    ["of a spreadsheet that writes semicolons", "\ufeffName;Password\r\nalice;a\r\nbob;b\r\n"],
    ["with tabs", "name\tpassword\nalice\ta\nbob\tb\n"],
    ["with other words for the columns", "user,pass\nalice,a\nbob,b\n"],
    ["with its columns the other way round", "password,username\na,alice\nb,bob\n"],
    ["with everything in quotes", '"name","password"\n"alice","a"\n"bob" , "b"\n'],
    ["with blanks around what it says", "name , password\n alice , a \n bob , b\n"],
    ["with comments and empty lines", "# people\n\nalice,a\n# more\nbob,b\n\n"],
  ])("takes a file %s", (_, text) => {
    expect(readAccountsCsv(text)).toEqual([alice, bob]);
  });

  it("leaves a password to the caller where a line has none, and takes an empty one as it is", () => {
    expect(readAccountsCsv("name,password\nalice\nbob,")).toEqual([{ name: "alice" }, { name: "bob", password: "" }]);
  });

  it("takes a status, and an empty one as none", () => {
    expect(readAccountsCsv("name,status,password\nalice,3,a\nbob,,b")).toEqual([{ ...alice, status: 3 }, bob]);
  });

  it("takes all that is left of a line as its last column", () => {
    expect(readAccountsCsv("alice,a,b;c")).toEqual([{ name: "alice", password: "a,b;c" }]);
    expect(readAccountsCsv("name,password\nalice,a,b")).toEqual([{ name: "alice", password: "a,b" }]);
  });

  it("takes an account for an account, though it is called as a column is", () => {
    expect(readAccountsCsv("user,secret\nalice,a")).toEqual([{ name: "user", password: "secret" }, alice]);
  });

  it.each([
    [
      "semicolons without a heading",
      "alice;a\nbob;b",
      'line 1: a comma is expected between name and password, or a first line "name;password"',
    ],
    [
      "tabs without a heading",
      "# x\nalice\ta",
      'line 2: a comma is expected between name and password, or a first line "name\\tpassword"',
    ],
    [
      "a column that nobody knows",
      "name,password,stauts\nalice,a,3",
      'column "stauts" means nothing here; there are name, password, status',
    ],
    ["two columns of names", "name,password,user\nalice,a,b", 'column "user": there is another one for the name'],
    ["a status that is no number", "name,status\nalice,left", 'line 2: the status must be a number, not "left"'],
    ["a quote that is not closed", 'name,password\n"alice,a', "line 2: a double quote is not closed"],
    ["something behind a quote", 'alice,a\n"bob"x,b', 'line 2: "x,b" stands behind a closing quote'],
  ])("refuses %s, with what is wrong", (_, text, message) => {
    expect(() => readAccountsCsv(text)).toThrow(new Error(message));
  });

  it("gives back whatever csvCell wrote, under every separator", () => {
    const cell = fc.string({ unit: fc.constantFrom(..."ab,;\t\"# \u00e9\u540d'\\"), maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { maxLength: 5 }),
        fc.constantFrom(",", ";", "\t"),
        (rows, separator) => {
          const lines = [["name", "password"], ...rows].map((cells) => cells.map(csvCell).join(separator));
          const written = rows.map(([name, password]) => ({ name, password }));
          // A line of a separator and nothing else may be blank, where that is a tab.
          fc.pre(rows.every(([name, password]) => `${name}${password}` !== ""));
          expect(readAccountsCsv(lines.join("\n"))).toEqual(written);
        },
      ),
    );
  });
});

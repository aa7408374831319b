import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { expandPattern, readAccountLists, readAccounts } from "../../src/cli/accounts.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-accounts-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(name: string, text: string, password = "secret") {
  writeFileSync(join(folder, name), text);
  return readAccounts(name, password, folder);
}

const alice = { name: "alice", password: "secret" };
const bob = { name: "bob", password: "b,ob" };

describe("readAccounts", () => {
  it.each([
    ["a.yaml", "users: user{1..3}\npassword: other\n"],
    ["a.json", '{"users": "user{1..3}", "password": "other"}'],
  ])("takes a pattern from %s", async (name, text) => {
    expect(await read(name, text)).toEqual([1, 2, 3].map((n) => ({ name: `user${n}`, password: "other" })));
  });

  it.each([
    ["b.yaml", 'accounts:\n  - { name: alice }\n  - { name: bob, password: "b,ob" }\n'],
    ["b.json", '{"accounts": [{"name": "alice"}, {"name": "bob", "password": "b,ob"}]}'],
    ["b.csv", "name,password\n# people\nalice\n\nbob,b,ob\r\n"],
    ["B.CSV", "\ufeffname;status;password\r\nalice\r\nleft;3;x\r\nbob;0;b,ob\r\n"],
  ])("takes a list from %s", async (name, text) => {
    expect(await read(name, text)).toEqual([alice, bob]);
  });

  it("sets those apart whose status is not 0 (LGN-07)", async () => {
    const text =
      "accounts:\n  - { name: alice, status: 0 }\n  - { name: left, status: 3 }\n  - name: bob\n    password: b,ob\n";
    writeFileSync(join(folder, "left.yaml"), text);
    expect(await readAccountLists("left.yaml", "secret", folder)).toEqual({
      accounts: [alice, bob],
      leavers: [{ name: "left", password: "secret" }],
    });
    expect(await read("left.yaml", text)).toEqual([alice, bob]);
  });

  it("takes a pattern as it stands, without looking for such a file", async () => {
    expect(await readAccounts("u{09..11}", "p", "/nowhere")).toEqual(
      ["u09", "u10", "u11"].map((name) => ({ name, password: "p" })),
    );
  });

  it.each([
    ["nothing.yaml", "", /expected an object/],
    ["none.yaml", "accounts: []", /holds no account/],
    ["none.csv", "name,password\n", /holds no account/],
    ["unnamed.yaml", "accounts: [{ password: x }]", /account 1 has no name/],
    ["unnamed.csv", ",x", /account 1 has no name/],
    ["null.yaml", "accounts: [null]", /account 1 has no name/],
    ["number.yaml", "accounts: [{ name: a, password: 123 }]", /account 1 \(a\): the password must be text/],
    ["status.yaml", "accounts: [{ name: a, status: gone }]", /account 1 \(a\): the status must be a number/],
    ["all-left.yaml", "accounts: [{ name: a, status: 3 }]", /holds no account/],
    ["semicolons.csv", "alice;a\nbob;b\n", /^accounts semicolons\.csv: line 1: a comma is expected/],
    ["twice.csv", "alice,a\nbob,b\nalice,c\n", /alice is there twice/],
    ["twice.yaml", "accounts: [{ name: a }, { name: a, status: 3 }]", /a is there twice/],
    ["other.yaml", "[1, 2]", /expected "users" with a pattern or "accounts"/],
    ["broken.yaml", "users: [", /line 1, column 9$/],
    ["broken.json", '{"users"', /^accounts broken\.json: \S/],
    ["down.yaml", "users: u{3..1}", /the range must go upwards/],
    ["huge.yaml", "users: u{1..99999999999}", /at most 1000000 names/],
  ])("refuses %s, with what is wrong with it", async (name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
    await expect(read(name, text)).rejects.toMatchObject({ exitCode: 2 });
  });

  it("refuses a file that is not there", async () => {
    await expect(readAccounts("gone.csv", "p", folder)).rejects.toThrow(/gone\.csv: cannot be read \(ENOENT\)/);
  });
});

describe("expandPattern", () => {
  it("gives as many names as the range holds, all different", () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.nat({ max: 300 }), (first, more) => {
        const names = expandPattern(`u{${first}..${first + more}}@x`, "p").map(({ name }) => name);
        expect(new Set(names).size).toBe(more + 1);
        expect([names[0], names.at(-1)]).toEqual([`u${first}@x`, `u${first + more}@x`]);
      }),
    );
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { FixtureError } from "../../../src/server/storage/fixture-error.js";
import { passwordMatches } from "../../../src/server/storage/password-hash.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";

const read = (text: string) => parseSeedFixture(text, "f.yaml");
const namesOf = (text: string) => read(text).users.map(({ name }) => name);
const reference = parseSeedFixture(
  readFileSync(new URL("../../../fixtures/reference.yaml", import.meta.url), "utf8"),
  "reference.yaml",
);

describe("fixtures/reference.yaml", () => {
  it("has user1 … user200 with the ids 1 … 200 and the password secret", () => {
    expect(reference.users.map(({ id, name }) => `${id} ${name}`)).toEqual(
      Array.from({ length: 200 }, (_, index) => `${index + 1} user${index + 1}`),
    );
    for (const { salt, passwordHash } of reference.users) {
      expect(passwordMatches("5ebe2294ecd0e0f08eab7690d2a6ee69", salt, passwordHash)).toBe(true);
      expect(salt).toHaveLength(4);
    }
    expect(new Set(reference.users.map(({ passwordHash }) => passwordHash)).size).toBe(200);
  });

  it("fills in each user's number, and deals out departments and sexes", () => {
    expect(reference.users[6]).toMatchObject({
      nick: "Nick7",
      departmentId: 4,
      sex: 2,
      phone: "1387",
      email: "user7@example.com",
      domain: "domain7",
      signInfo: "sign 7",
      avatar: "",
      status: 0,
    });
  });

  it("has departments in a tree, two normal groups and more, and a temporary one", () => {
    expect(reference.departments.map(({ id, name, parentId }) => [id, name, parentId])).toEqual([
      [1, "HQ", 0],
      [2, "Engineering", 1],
      [3, "Sales", 1],
      [4, "Support", 3],
    ]);
    expect(
      reference.groups.map(({ name, kind, creatorId, members }) => [name, kind, creatorId, members.length]),
    ).toEqual([
      ["group one", 1, 1, 5],
      ["group two", 1, 2, 6],
      ["all hands", 1, 1, 100],
      ["lunch", 2, 3, 4],
    ]);
  });

  it("is what crowdFixture makes for 200 users", () => {
    expect(read(crowdFixture(200))).toEqual(reference);
  });
});

describe("crowdFixture", () => {
  it.each([1, 7, 8, 99, 20_000])("is a valid fixture of %i users", (count) => {
    const { users, groups } = read(crowdFixture(count));
    expect(users).toHaveLength(count);
    expect(groups).toHaveLength(count < 8 ? 0 : 4);
  });
});

describe("parseSeedFixture", () => {
  it("takes the short form, in YAML and in JSON", () => {
    expect(namesOf('users: "user{9..11}"\npassword: secret')).toEqual(["user9", "user10", "user11"]);
    expect(namesOf('{"users":"user{9..11}","password":"secret"}')).toEqual(["user9", "user10", "user11"]);
  });

  it("keeps the zeros of a range, in the name and in {n}", () => {
    const { users } = read('users: [{ name: "q-{008..010}@x", nick: "{n}/{n}", password: "p{n}" }]');
    expect(users.map(({ name, nick }) => [name, nick])).toEqual([
      ["q-008@x", "008/008"],
      ["q-009@x", "009/009"],
      ["q-010@x", "010/010"],
    ]);
    expect(users.map(({ salt, passwordHash }) => passwordMatches(md5Of.p009, salt, passwordHash))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("numbers users in the order of the list, and takes names as written", () => {
    const { users } = read("password: x\nusers: [\"o'Neil\", 0017, true, 'ünï😀', 'user{1..2}', 'a\\']");
    expect(users.map(({ id, name, nick }) => [id, name, nick])).toEqual(
      ["o'Neil", "0017", "true", "ünï😀", "user1", "user2", "a\\"].map((name, index) => [index + 1, name, name]),
    );
  });

  it("prefers a user's own password", () => {
    const [own, common] = read("password: x\nusers: [{ name: a, password: p009 }, b]").users;
    expect(passwordMatches(md5Of.p009, own?.salt ?? "", own?.passwordHash ?? "")).toBe(true);
    expect(passwordMatches(md5Of.p009, common?.salt ?? "", common?.passwordHash ?? "")).toBe(false);
  });

  it("follows YAML anchors", () => {
    const { users } = read("password: x\ndepartments: [&d Sales]\nusers: [{ name: a, department: *d }]");
    expect(users[0]?.departmentId).toBe(1);
  });

  it("lists a member once, whether by name or by range", () => {
    const { groups } = read(
      "password: x\nusers: 'user{1..5}'\ngroups: [{ name: g, creator: user5, members: [user2, 'user{1..3}'] }]",
    );
    expect(groups).toEqual([{ kind: 1, name: "g", avatar: "", creatorId: 5, members: [2, 1, 3] }]);
  });

  it("may be empty of everything but its braces", () => {
    expect(read("{}")).toEqual({ users: [], departments: [], groups: [], passwords: [] });
  });

  const five = "password: x\nusers: 'user{1..5}'\n";
  it.each([
    ["an empty file", "", "f.yaml:1: a fixture must have fields (password, departments, users, groups)"],
    ["a list", "- a", "f.yaml:1: a fixture must have fields (password, departments, users, groups)"],
    ["an unknown field", "pasword: x", 'f.yaml:1: unknown field "pasword"; did you mean "password"?'],
    ["an unknown field far off", "zzz: x", 'f.yaml:1: unknown field "zzz"'],
    ["an unknown field of a user", "users:\n- nmae: x", 'f.yaml:2: unknown field "nmae"; did you mean "name"?'],
    ["a tab", "users:\n\t- a", "f.yaml:2: Tabs are not allowed as indentation"],
    ["nested mappings", "a: b: c", "f.yaml:1: Nested mappings are not allowed in compact mappings"],
    ["a key twice", "users: a\nusers: b", "f.yaml:2: Map keys must be unique"],
    [
      "broken JSON",
      '{"users": ["a"',
      "f.yaml:1: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ["an anchor that is not there", "password: x\nusers: *u", "f.yaml:2: nothing before is marked &u"],
    ["a user without a password", "users:\n- a", "f.yaml:2: the user has no password, and there is none for all"],
    ["a user without a name", "users:\n- nick: a", "f.yaml:2: the user has no name"],
    ["an empty name", "password: x\nusers: ['']", "f.yaml:2: name is empty"],
    ["nothing as a name", "password: x\nusers:\n- name:\n  nick: a", "f.yaml:3: name must be text"],
    [
      "a name too long",
      `password: x\nusers: [${"n".repeat(33)}]`,
      `f.yaml:2: name "${"n".repeat(33)}" is longer than 32 characters`,
    ],
    [
      "a name too long at the end of a range",
      `password: x\nusers: ['${"n".repeat(31)}{9..10}']`,
      `f.yaml:2: name "${"n".repeat(31)}10" is longer than 32 characters`,
    ],
    ["a user twice", "password: x\nusers:\n- a\n- b\n- a", 'f.yaml:5: user "a" is there already, since line 3'],
    [
      "overlapping ranges",
      "password: x\nusers:\n- u{1..5}\n- u{5..9}",
      'f.yaml:4: user "u5" is there already, since line 3',
    ],
    [
      "an open range",
      "password: x\nusers: 'u{1..'",
      'f.yaml:2: "u{1.." is neither a name nor one range, as in user{1..200}',
    ],
    [
      "two ranges",
      "password: x\nusers: 'u{1..2}{1..2}'",
      'f.yaml:2: "u{1..2}{1..2}" is neither a name nor one range, as in user{1..200}',
    ],
    ["a range backwards", "password: x\nusers: 'u{3..2}'", 'f.yaml:2: the range in "u{3..2}" runs backwards'],
    [
      "too many users",
      "password: x\nusers: 'u{0..1000000}'",
      'f.yaml:2: "u{0..1000000}" makes 1000001 names, more than 1000000',
    ],
    [
      "too many users together",
      "password: x\nusers: [a, 'u{1..1000000}']",
      'f.yaml:2: "u{1..1000000}" makes 1000000 names, more than 999999',
    ],
    [
      "{n} without a range",
      "password: x\nusers: [{ name: a, nick: 'N{n}' }]",
      "f.yaml:2: {n} in nick is the number of a range, and the name has none",
    ],
    [
      "a field too long",
      `password: x\nusers:\n- name: a\n  phone: ${"1".repeat(12)}`,
      "f.yaml:4: phone is longer than 11 characters",
    ],
    [
      "a field too long at the end of a range",
      "password: x\nusers: [{ name: 'u{1..999}', phone: '123456789{n}' }]",
      "f.yaml:2: phone is longer than 11 characters",
    ],
    [
      "a signature too long",
      `password: x\nusers: [{ name: a, sign_info: ${"é".repeat(65)} }]`,
      "f.yaml:2: sign_info is longer than 128 bytes",
    ],
    [
      "an unknown sex",
      "password: x\nusers: [{ name: a, sex: mail }]",
      'f.yaml:2: unknown sex "mail"; did you mean "male"?',
    ],
    [
      "a status that is no number",
      "password: x\nusers: [{ name: a, status: left }]",
      "f.yaml:2: status must be a whole number from 0 to 255",
    ],
    [
      "an unknown department",
      "password: x\ndepartments: [Sales]\nusers: [{ name: a, department: Sale }]",
      'f.yaml:3: unknown department "Sale"; did you mean "Sales"?',
    ],
    ["an unknown parent", "departments:\n- name: A\n  parent: Board", 'f.yaml:3: unknown department "Board"'],
    ["a department twice", "departments: [A,\n  A]", 'f.yaml:2: department "A" is there already, since line 1'],
    [
      "a group twice",
      `${five}groups:\n- { name: g, creator: user1, members: user1 }\n- { name: g, creator: user1, members: user1 }`,
      'f.yaml:5: group "g" is there already, since line 4',
    ],
    [
      "an unknown group type",
      `${five}groups: [{ name: g, type: temp, creator: user1, members: user1 }]`,
      'f.yaml:3: unknown group type "temp"; did you mean "temporary"?',
    ],
    ["a group without a creator", `${five}groups: [{ name: g, members: user1 }]`, "f.yaml:3: the group has no creator"],
    [
      "a group without members",
      `${five}groups: [{ name: g, creator: user1, members: [] }]`,
      "f.yaml:3: the group has no members",
    ],
    [
      "an unknown creator",
      `${five}groups: [{ name: g, creator: usr1, members: user1 }]`,
      'f.yaml:3: unknown user "usr1"; did you mean "user1"?',
    ],
    [
      "an unknown member of a range",
      `${five}groups:\n- name: g\n  creator: user1\n  members: user{4..6}`,
      'f.yaml:6: unknown user "user6"; did you mean "user1"?',
    ],
    [
      "a group that is only a name",
      `${five}groups: [g]`,
      "f.yaml:3: a group must have fields (name, type, creator, members, avatar)",
    ],
  ])("says in one line, with the place, what is wrong: %s", (_, text, message) => {
    expect(() => read(text)).toThrow(FixtureError);
    expect(() => read(text)).toThrow(expect.objectContaining({ message }));
  });

  it("keeps a message on one line whatever the fixture says", () => {
    expect(() => read('password: x\nusers: ["a\\nb", "a\\nb"]')).toThrow(
      'f.yaml:2: user "a b" is there already, since line 2',
    );
  });
});

/** printf p009 | md5sum */
const md5Of = { p009: "a8c260bf15e51fdf21fdea540313d9b5" } as const;

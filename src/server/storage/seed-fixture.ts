import { FixtureNode } from "./fixture-node.js";
import { NamePattern } from "./name-pattern.js";
import type { FixtureData, SeedDepartment } from "./seed-data.js";
import { SeedUsers, USERS_MAX } from "./seed-users.js";
import type { NewGroup } from "./storage.js";
import { storageLimits } from "./storage-limits.js";

const DEPARTMENTS_MAX = 10_000;
const MEMBERS_MAX = storageLimits.groupMembers;
const PRIORITY_MAX = 1_000_000;
/** In the order of their numbers, from 1. */
const groupTypes = ["normal", "temporary"] as const;

/**
 * Reads a fixture in YAML or JSON; fixtures/reference.yaml shows every field.
 *
 * - `password`: of every user without an own one.
 * - `users`: a name or mapping, or a list of these. `name: user{1..200}` makes 200 users, in whose other fields `{n}` is the
 *   number; `department` and `sex` may be lists that are dealt out in turn. Up to 1,000,000 users.
 * - `departments`: names or mappings (name, parent, priority, status).
 * - `groups`: mappings (name, type normal|temporary, creator, members by name or range, avatar).
 *
 * @param path what errors call the text
 * @throws FixtureError with the first thing that is wrong, and its line
 */
export function parseSeedFixture(text: string, path: string): FixtureData {
  const fields = FixtureNode.parse(text, path).fields("a fixture", ["password", "departments", "users", "groups"]);
  const departments = readDepartments(fields.departments?.items() ?? []);
  const users = new SeedUsers(new Map(departments.map(({ id, name }) => [name, id])), fields.password);
  for (const entry of fields.users?.items() ?? []) users.add(entry);
  const groups = readGroups(fields.groups?.items() ?? [], users);
  return { departments, users: users.list, groups, passwords: users.passwords };
}

function readDepartments(entries: readonly FixtureNode[]): SeedDepartment[] {
  const read = entries.map((entry) => {
    const fields = entry.isMap
      ? entry.fields("a department", ["name", "parent", "priority", "status"])
      : { name: entry };
    const node = fields.name ?? entry.fail("the department has no name");
    return { fields, node, name: node.text("name", storageLimits.departmentNameChars) };
  });
  if (entries.length > DEPARTMENTS_MAX) entries[0]?.fail(`more than ${DEPARTMENTS_MAX} departments`);
  failOnDuplicates("department", read);
  const names = read.map(({ name }) => name);
  return read.map(({ fields: { parent, priority, status }, name }, index) => ({
    id: index + 1,
    name,
    priority: priority?.integer("priority", 0, PRIORITY_MAX) ?? index,
    parentId: parent === undefined ? 0 : names.indexOf(parent.oneOf("department", names)) + 1,
    status: status?.integer("status", 0, 1) ?? 0,
  }));
}

function readGroups(entries: readonly FixtureNode[], users: SeedUsers): NewGroup[] {
  const read = entries.map((entry) => {
    const fields = entry.fields("a group", ["name", "type", "creator", "members", "avatar"]);
    const node = fields.name ?? entry.fail("the group has no name");
    return { entry, fields, node, name: node.text("name", storageLimits.groupNameChars) };
  });
  failOnDuplicates("group", read);
  return read.map(({ entry, fields: { type, creator, members, avatar }, name }) => ({
    kind: type?.oneOf("group type", groupTypes) === "temporary" ? 2 : 1,
    name,
    avatar: avatar?.text("avatar", storageLimits.groupAvatarChars) ?? "",
    creatorId: userId(creator ?? entry.fail("the group has no creator"), users),
    members: readMembers(members ?? entry.fail("the group has no members"), users),
  }));
}

function userId(node: FixtureNode, users: SeedUsers): number {
  return users.id(node.text("creator", storageLimits.userNameChars), node);
}

function readMembers(list: FixtureNode, users: SeedUsers): number[] {
  const ids = new Set<number>();
  for (const item of list.items()) {
    const names = NamePattern.read(item, USERS_MAX);
    for (let index = 0; index < names.count; index++) {
      ids.add(users.id(names.name(index), item));
      if (ids.size > MEMBERS_MAX) item.fail(`the group has more than ${MEMBERS_MAX} members`);
    }
  }
  if (ids.size === 0) list.fail("the group has no members");
  return [...ids];
}

function failOnDuplicates(what: string, named: readonly { readonly name: string; readonly node: FixtureNode }[]): void {
  const lines = new Map<string, number>();
  for (const { name, node } of named) {
    if (name === "") node.fail(`the ${what}'s name is empty`);
    const line = lines.get(name);
    if (line !== undefined) node.fail(`${what} "${name}" is there already, since line ${line}`);
    lines.set(name, node.line);
  }
}

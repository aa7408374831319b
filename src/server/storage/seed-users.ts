import { hash } from "node:crypto";
import { didYouMean } from "../../codec/did-you-mean.js";
import type { FixtureNode } from "./fixture-node.js";
import { NamePattern } from "./name-pattern.js";
import { passwordHash } from "./password-hash.js";
import type { SeedUser } from "./seed-data.js";
import { fits, storageLimits } from "./storage-limits.js";

export const USERS_MAX = 1_000_000;
const PASSWORD_MAX_CHARS = 1024;
const STATUS_MAX = 255;
const SALT_CHARS = 4;
/** The number of a range, in the user's other fields. */
const NUMBER = "{n}";

const fieldNames = [
  "name",
  "password",
  "nick",
  "department",
  "sex",
  "phone",
  "email",
  "domain",
  "avatar",
  "sign_info",
  "status",
] as const;
/** In the order of their numbers. */
const sexes = ["unknown", "male", "female"] as const;

type FieldName = (typeof fieldNames)[number];
type Fields = Partial<Record<FieldName, FixtureNode>>;
/** A field's value for the nth name of a range. */
type ForEach<T> = (index: number) => T;

/** Collects users in the order of a fixture; ids count from 1. */
export class SeedUsers {
  readonly list: SeedUser[] = [];
  /** In plain, of each in the list. */
  readonly passwords: string[] = [];
  readonly #known = new Map<string, { readonly id: number; readonly line: number }>();

  constructor(
    private readonly departmentIds: ReadonlyMap<string, number>,
    private readonly defaultPassword: FixtureNode | undefined,
  ) {}

  /** One entry of `users`: a name, a range of names, or a mapping. @throws FixtureError */
  add(entry: FixtureNode): void {
    const fields: Fields = entry.isMap ? entry.fields("a user", fieldNames) : { name: entry };
    const nameNode = fields.name ?? entry.fail("the user has no name");
    const names = NamePattern.read(nameNode, USERS_MAX - this.list.length);
    const password = this.#password(entry, fields.password, names);
    const make = this.#maker(fields, names);
    for (let index = 0; index < names.count; index++) {
      const name = names.name(index);
      const id = this.#register(name, nameNode);
      const plain = password(index);
      this.list.push({ id, name, ...make(index), ...hashed(plain, id) });
      this.passwords.push(plain);
    }
  }

  /** @throws FixtureError, at the line of `at`, for an unknown name */
  id(name: string, at: FixtureNode): number {
    const known = this.#known.get(name);
    return known?.id ?? at.fail(`unknown user "${name}"${didYouMean(name, [...this.#known.keys()])}`);
  }

  #register(name: string, at: FixtureNode): number {
    const known = this.#known.get(name);
    if (known !== undefined) at.fail(`user "${name}" is there already, since line ${known.line}`);
    const id = this.list.length + 1;
    this.#known.set(name, { id, line: at.line });
    return id;
  }

  #password(entry: FixtureNode, own: FixtureNode | undefined, names: NamePattern): ForEach<string> {
    const node = own ?? this.defaultPassword ?? entry.fail("the user has no password, and there is none for all");
    return textFor(node, "password", PASSWORD_MAX_CHARS, names);
  }

  #maker(fields: Fields, names: NamePattern): ForEach<Omit<SeedUser, "id" | "name" | "passwordHash" | "salt">> {
    const text = (field: FieldName, charsMax: number, otherwise: ForEach<string> = () => "") =>
      fields[field] === undefined ? otherwise : textFor(fields[field], field, charsMax, names);
    const nick = text("nick", storageLimits.nickChars, (index) => names.name(index));
    const phone = text("phone", storageLimits.phoneChars);
    const email = text("email", storageLimits.emailChars);
    const domain = text("domain", storageLimits.domainChars);
    const avatar = text("avatar", storageLimits.avatarChars);
    const signInfo = text("sign_info", storageLimits.signInfoBytes);
    if (Buffer.byteLength(signInfo(names.count - 1)) > storageLimits.signInfoBytes) {
      fields.sign_info?.fail(`sign_info is longer than ${storageLimits.signInfoBytes} bytes`);
    }
    const sex = inTurn(fields.sex, (node) => sexes.indexOf(node.oneOf("sex", sexes)));
    const departmentId = inTurn(fields.department, (node) => this.#departmentId(node));
    const status = fields.status?.integer("status", 0, STATUS_MAX) ?? 0;
    return (index) => ({
      nick: nick(index),
      sex: sex(index),
      avatar: avatar(index),
      departmentId: departmentId(index),
      email: email(index),
      phone: phone(index),
      domain: domain(index),
      signInfo: signInfo(index),
      status,
    });
  }

  #departmentId(node: FixtureNode): number {
    const name = node.oneOf("department", [...this.departmentIds.keys()]);
    return this.departmentIds.get(name) ?? 0;
  }
}

/** With `{n}` filled in. @throws FixtureError when it gets too long, or there is no number */
function textFor(node: FixtureNode, field: FieldName, charsMax: number, names: NamePattern): ForEach<string> {
  const template = node.text(field, 2 * charsMax);
  const hasNumber = template.includes(NUMBER);
  if (hasNumber && !names.isRange) node.fail(`${NUMBER} in ${field} is the number of a range, and the name has none`);
  const fill = (index: number) => (hasNumber ? template.replaceAll(NUMBER, names.number(index)) : template);
  // The last number has the most digits.
  if (!fits(fill(names.count - 1), charsMax)) node.fail(`${field} is longer than ${charsMax} characters`);
  return fill;
}

/** One value for all, or a list that is dealt out in turn; 0 when nothing is said. */
function inTurn(node: FixtureNode | undefined, read: (item: FixtureNode) => number): ForEach<number> {
  const values = node?.items().map(read) ?? [];
  return (index) => values[index % values.length] ?? 0;
}

/** The salt comes from the id, not by chance, so that a fixture always makes the same store. */
function hashed(plain: string, id: number): { passwordHash: string; salt: string } {
  const salt = id.toString(36).padStart(SALT_CHARS, "0");
  return { passwordHash: passwordHash(hash("md5", plain, "hex"), salt), salt };
}

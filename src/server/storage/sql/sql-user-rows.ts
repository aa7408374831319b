import type { Credentials, UserRecord } from "../storage.js";
import type { SqlValue } from "./sql-database.js";
import { textOf } from "./sql-text.js";

/** A row of IMUser as a driver gives it. */
export type UserRow = Readonly<Record<string, SqlValue>>;

export const userColumns =
  "id, sex, name, domain, nick, password, salt, phone, email, avatar, departId, status, updated, sign_info";

export function userOf(row: UserRow): UserRecord {
  return {
    id: Number(row.id),
    name: textOf(row.name),
    nick: textOf(row.nick),
    sex: Number(row.sex),
    avatar: textOf(row.avatar),
    departmentId: Number(row.departId),
    email: textOf(row.email),
    phone: textOf(row.phone),
    domain: textOf(row.domain),
    signInfo: textOf(row.sign_info),
    status: Number(row.status),
    updated: Number(row.updated),
  };
}

export function credentialsOf(row: UserRow): Credentials {
  return { user: userOf(row), passwordHash: textOf(row.password), salt: textOf(row.salt) };
}

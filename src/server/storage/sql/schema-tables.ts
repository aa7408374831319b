import type { SqlDatabase } from "./sql-database.js";

type ColumnType = "id" | "number" | "content" | { readonly text: number };

export interface SqlTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Of tables whose rows have no number of their own. */
  readonly primaryKey?: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
  /** In place of those, where only our own statements read the table: each index costs every insert. */
  readonly sqliteIndexes?: readonly (readonly string[])[];
}

/** Message tables of each kind (docs/spec/storage.md). */
export const SHARDS = 8;

const id = "id";
const number = "number";
const text = (charsMax: number) => ({ text: charsMax });
const times = { created: number, updated: number } as const;
const shards = Array.from({ length: SHARDS }, (_, shard) => shard);

/** The tables of a deployment, column for column (docs/spec/storage.md). */
export const deploymentTables: readonly SqlTable[] = [
  {
    name: "IMUser",
    columns: {
      id,
      sex: number,
      name: text(32),
      domain: text(32),
      nick: text(32),
      password: text(32),
      salt: text(4),
      phone: text(11),
      email: text(64),
      avatar: text(255),
      departId: number,
      status: number,
      ...times,
      push_shield_status: number,
      sign_info: text(128),
    },
    indexes: [["name"], ["domain"], ["phone"]],
  },
  {
    name: "IMDepart",
    columns: { id, departName: text(64), priority: number, parentId: number, status: number, ...times },
  },
  {
    name: "IMGroup",
    columns: {
      id,
      name: text(256),
      avatar: text(256),
      creator: number,
      type: number,
      userCnt: number,
      status: number,
      version: number,
      lastChated: number,
      ...times,
    },
  },
  {
    name: "IMGroupMember",
    columns: { id, groupId: number, userId: number, status: number, ...times },
    indexes: [
      ["groupId", "userId", "status"],
      ["userId", "status", "updated"],
      ["groupId", "updated"],
    ],
  },
  {
    name: "IMRelationShip",
    columns: { id, smallId: number, bigId: number, status: number, ...times },
    indexes: [["smallId", "bigId", "status", "updated"]],
  },
  {
    name: "IMRecentSession",
    columns: { id, userId: number, peerId: number, type: number, status: number, ...times },
    indexes: [
      ["userId", "peerId", "status", "updated"],
      ["userId", "peerId", "type"],
    ],
    sqliteIndexes: [["userId", "peerId", "type"]],
  },
  ...shards.map((shard) => ({
    name: `IMMessage_${shard}`,
    columns: {
      id,
      relateId: number,
      fromId: number,
      toId: number,
      msgId: number,
      content: "content",
      type: number,
      status: number,
      ...times,
    } as const,
    indexes: [
      ["relateId", "status", "created"],
      ["relateId", "status", "msgId", "created"],
    ],
    sqliteIndexes: [["relateId", "msgId"]],
  })),
  ...shards.map((shard) => ({
    name: `IMGroupMessage_${shard}`,
    columns: {
      id,
      groupId: number,
      userId: number,
      msgId: number,
      content: "content",
      type: number,
      status: number,
      ...times,
    } as const,
    indexes: [
      ["groupId", "status", "created"],
      ["groupId", "msgId", "status", "created"],
    ],
    sqliteIndexes: [["groupId", "msgId"]],
  })),
  {
    name: "IMAudio",
    columns: { id, fromId: number, toId: number, path: text(255), size: number, duration: number, created: number },
  },
  {
    name: "IMTransmitFile",
    columns: {
      id,
      fromId: number,
      toId: number,
      fileName: text(255),
      size: number,
      taskId: text(255),
      status: number,
      ...times,
    },
    indexes: [["toId", "status"]],
  },
];

/** What a deployment keeps in Redis, for stores that do without. */
export const counterTables: readonly SqlTable[] = [
  {
    name: "ttk_message_counter",
    columns: { kind: number, id: number, last: number },
    primaryKey: ["kind", "id"],
  },
  { name: "ttk_unread", columns: { userId: number, peerId: number, count: number }, primaryKey: ["userId", "peerId"] },
  {
    name: "ttk_group_read",
    columns: { userId: number, groupId: number, upTo: number },
    primaryKey: ["userId", "groupId"],
  },
  {
    name: "ttk_group_shield",
    columns: { groupId: number, userId: number, status: number },
    primaryKey: ["groupId", "userId"],
  },
  { name: "ttk_device", columns: { userId: number, clientType: number, token: text(1024) }, primaryKey: ["userId"] },
];

/** LGN-06, for all db_proxy_servers of a store together. */
export const loginTables: readonly SqlTable[] = [
  {
    name: "ttk_login_failure",
    columns: { id, nameHash: text(64), failedAt: number },
    indexes: [["nameHash", "failedAt"], ["failedAt"]],
  },
];

/** PUL-09, for all db_proxy_servers of a store together. */
export const handedOutTables: readonly SqlTable[] = [
  { name: "ttk_handed_out", columns: { userId: number, time: number }, primaryKey: ["userId"], indexes: [["time"]] },
];

/** Makes a table and its indexes unless the table is there; one that is there stays as it is. */
export function createStatements(
  { name, columns, primaryKey, indexes = [], sqliteIndexes = indexes }: SqlTable,
  dialect: SqlDatabase["dialect"],
): string[] {
  const types = dialect === "sqlite" ? sqliteTypes : mysqlTypes;
  const lines = Object.entries(columns).map(([column, type]) => `${column} ${types(type)}`);
  if (primaryKey !== undefined) lines.push(`PRIMARY KEY (${primaryKey.join(", ")})`);
  if (dialect === "mysql") {
    lines.push(...indexes.map((index) => `KEY ${mysqlIndexName(index)} (${index.join(", ")})`));
    const options = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";
    return [`CREATE TABLE IF NOT EXISTS ${name} (${lines.join(", ")}) ${options}`];
  }
  const rowid = primaryKey === undefined ? "" : " WITHOUT ROWID";
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (${lines.join(", ")})${rowid}`,
    ...sqliteIndexes.map(
      (index) => `CREATE INDEX IF NOT EXISTS ${name}_${index.join("_")} ON ${name} (${index.join(", ")})`,
    ),
  ];
}

/** As in the original servers' tables: the original db_proxy_server reads history by these names (FORCE INDEX). */
export function mysqlIndexName(columns: readonly string[]): string {
  return `idx_${columns.join("_")}`;
}

function sqliteTypes(type: ColumnType): string {
  if (type === "id") return "INTEGER PRIMARY KEY";
  if (type === "number") return "INTEGER NOT NULL DEFAULT 0";
  return type === "content" ? "BLOB NOT NULL" : "TEXT NOT NULL DEFAULT ''";
}

function mysqlTypes(type: ColumnType): string {
  if (type === "id") return "INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY";
  if (type === "number") return "INT UNSIGNED NOT NULL DEFAULT 0";
  return `VARCHAR(${type === "content" ? 4096 : type.text}) NOT NULL DEFAULT ''`;
}

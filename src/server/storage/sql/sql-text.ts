import type { SqlValue } from "./sql-database.js";

/** Text of a column, as a driver gives it. */
export type SqlText = SqlValue | Uint8Array;

/** Text of a column; SQLite gives text with a NUL in it as bytes, and an original deployment may leave columns NULL. */
export function textOf(value: SqlText | undefined): string {
  if (value === null || value === undefined) return "";
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value);
}

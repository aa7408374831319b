import type { DepartmentRecord, DepartmentStorage } from "../storage.js";
import type { SqlDatabase, SqlValue } from "./sql-database.js";
import { textOf } from "./sql-text.js";

export class SqlDepartments implements DepartmentStorage {
  constructor(private readonly db: SqlDatabase) {}

  async changedSince(since: number): Promise<DepartmentRecord[]> {
    const rows = await this.db.all<Record<string, SqlValue>>(
      "SELECT id, departName, priority, parentId, status, updated FROM IMDepart WHERE updated > ? ORDER BY id",
      [since],
    );
    return rows.map((row) => ({
      id: Number(row.id),
      name: textOf(row.departName),
      priority: Number(row.priority),
      parentId: Number(row.parentId),
      status: Number(row.status),
      updated: Number(row.updated),
    }));
  }
}

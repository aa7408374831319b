import type { OfflineFile, OfflineFileStorage } from "../storage.js";
import { fits, storageLimits } from "../storage-limits.js";
import type { SqlDatabase } from "./sql-database.js";

interface FileRow {
  readonly fromId: number;
  readonly toId: number;
  readonly taskId: string;
  readonly fileName: string;
  readonly size: number;
}

export class SqlOfflineFiles implements OfflineFileStorage {
  constructor(
    private readonly db: SqlDatabase,
    private readonly nowSeconds: () => number,
  ) {}

  async list(toId: number): Promise<OfflineFile[]> {
    const rows = await this.db.all<FileRow>(
      `SELECT fromId, toId, taskId, fileName, size FROM IMTransmitFile WHERE toId = ? AND status = 0
       ORDER BY id DESC LIMIT ${storageLimits.offlineFilesPerUser}`,
      [toId],
    );
    return rows.reverse().map(({ fileName, size, ...ids }) => ({ ...ids, name: fileName, sizeBytes: size }));
  }

  async add({ fromId, toId, taskId, name, sizeBytes }: OfflineFile): Promise<void> {
    if (!fits(name, storageLimits.fileName) || !fits(taskId, storageLimits.fileName)) return;
    const now = this.nowSeconds();
    await this.db.insertRows(
      "IMTransmitFile",
      ["fromId", "toId", "fileName", "size", "taskId", "status", "created", "updated"],
      [[fromId, toId, name, sizeBytes, taskId, 0, now, now]],
    );
  }

  async delete(fromId: number, toId: number, taskId: string): Promise<void> {
    await this.db.run(
      "UPDATE IMTransmitFile SET status = 1, updated = ? WHERE fromId = ? AND toId = ? AND taskId = ? AND status = 0",
      [this.nowSeconds(), fromId, toId, taskId],
    );
  }
}

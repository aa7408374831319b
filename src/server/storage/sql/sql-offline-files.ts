import type { OfflineFile, OfflineFileStorage } from "../storage.js";
import { fits, storageLimits } from "../storage-limits.js";
import type { SqlDatabase, SqlSession } from "./sql-database.js";
import { type SqlText, textOf } from "./sql-text.js";

const LISTED = 0;
const DELETED = 1;

interface FileRow {
  readonly fromId: number;
  readonly toId: number;
  readonly taskId: SqlText;
  readonly fileName: SqlText;
  readonly size: number | null;
}

export class SqlOfflineFiles implements OfflineFileStorage {
  constructor(
    private readonly db: SqlDatabase,
    private readonly nowSeconds: () => number,
  ) {}

  async list(toId: number, addedSince: number): Promise<OfflineFile[]> {
    const rows = await this.db.all<FileRow>(
      `SELECT fromId, toId, taskId, fileName, size FROM IMTransmitFile WHERE toId = ? AND status = 0 AND created >= ?
       ORDER BY id DESC LIMIT ${storageLimits.offlineFilesPerUser}`,
      [toId, addedSince],
    );
    return rows.reverse().map(({ fromId, toId, taskId, fileName, size }) => ({
      fromId,
      toId,
      taskId: textOf(taskId),
      name: textOf(fileName),
      sizeBytes: Number(size),
    }));
  }

  async add(file: OfflineFile): Promise<void> {
    if (!fits(file.name, storageLimits.fileNameChars) || !fits(file.taskId, storageLimits.fileNameChars)) return;
    await this.db.alone(lockOf(file), async (session) => {
      if (!(await this.#isKnown(session, file))) await this.#insert(session, file, LISTED);
    });
  }

  async delete(fromId: number, toId: number, taskId: string): Promise<void> {
    if (!fits(taskId, storageLimits.fileNameChars)) return;
    const file = { fromId, toId, taskId, name: "", sizeBytes: 0 };
    await this.db.alone(lockOf(file), async (session) => {
      const { affected } = await session.run(
        "UPDATE IMTransmitFile SET status = ?, updated = ? WHERE fromId = ? AND toId = ? AND taskId = ? AND status = ?",
        [DELETED, this.nowSeconds(), fromId, toId, taskId, LISTED],
      );
      // The row says so to whoever adds it later.
      if (affected === 0 && !(await this.#isKnown(session, file))) await this.#insert(session, file, DELETED);
    });
  }

  async #isKnown(session: SqlSession, { fromId, toId, taskId }: OfflineFile): Promise<boolean> {
    const rows = await session.all("SELECT id FROM IMTransmitFile WHERE toId = ? AND fromId = ? AND taskId = ?", [
      toId,
      fromId,
      taskId,
    ]);
    return rows.length > 0;
  }

  async #insert(session: SqlSession, file: OfflineFile, status: number): Promise<void> {
    const now = this.nowSeconds();
    await session.insertRows(
      "IMTransmitFile",
      ["fromId", "toId", "fileName", "size", "taskId", "status", "created", "updated"],
      [[file.fromId, file.toId, file.name, file.sizeBytes, file.taskId, status, now, now]],
    );
  }
}

function lockOf({ toId }: OfflineFile): string {
  return `offline-files-${toId}`;
}

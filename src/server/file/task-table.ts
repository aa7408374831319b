import { randomUUID } from "node:crypto";
import { TransferFileType } from "../../codec/generated/enums.js";
import type { FileStore } from "./file-store.js";
import { type AnnouncedFile, TransferTask } from "./transfer-task.js";

const SWEEP_INTERVAL_MS = 1000;

export interface TaskLimits {
  readonly tasksMax: number;
  /** A task that nobody has used for so long is forgotten; an offline one stays on disk. */
  readonly taskTimeoutMs: number;
  /** Larger files are refused. */
  readonly fileSizeMaxBytes: number;
}

/** The tasks under way, and those that can be taken up again from disk. */
export class TaskTable {
  readonly #tasks = new Map<string, TransferTask>();
  readonly #sweep: NodeJS.Timeout;

  constructor(
    private readonly store: FileStore,
    private readonly limits: TaskLimits,
  ) {
    this.#sweep = setInterval(() => this.#forgetIdle(performance.now()), SWEEP_INTERVAL_MS);
    this.#sweep.unref();
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** `undefined` when a limit is reached. */
  async create(file: AnnouncedFile): Promise<TransferTask | undefined> {
    if (this.#tasks.size >= this.limits.tasksMax || file.sizeBytes > this.limits.fileSizeMaxBytes) return undefined;
    const task = new TransferTask(randomUUID(), file, performance.now());
    this.#tasks.set(task.id, task);
    if (file.mode === TransferFileType.FILE_TYPE_OFFLINE) await this.store.announce(task.id, file);
    return task;
  }

  async find(taskId: string): Promise<TransferTask | undefined> {
    const known = this.#tasks.get(taskId);
    if (known !== undefined) return known;
    const stored = await this.store.find(taskId);
    if (stored === undefined) return undefined;
    // Somebody else may have taken it up while the disk was read.
    const meanwhile = this.#tasks.get(taskId);
    if (meanwhile !== undefined) return meanwhile;
    if (this.#tasks.size >= this.limits.tasksMax) return undefined;
    const task = new TransferTask(taskId, stored.file, performance.now());
    task.receivedBytes = stored.receivedBytes;
    this.#tasks.set(taskId, task);
    return task;
  }

  forget(task: TransferTask): void {
    this.#tasks.delete(task.id);
  }

  stop(): void {
    clearInterval(this.#sweep);
  }

  #forgetIdle(nowMs: number): void {
    for (const task of this.#tasks.values()) {
      if (nowMs - task.lastUsedMs < this.limits.taskTimeoutMs) continue;
      this.#tasks.delete(task.id);
      task.sender?.close();
      task.receiver?.close();
    }
  }
}

import { randomUUID } from "node:crypto";
import { TransferFileType } from "../../codec/generated/enums.js";
import type { Clock } from "../clock.js";
import type { FileStore } from "./file-store.js";
import { type AnnouncedFile, TransferTask } from "./transfer-task.js";

const SWEEP_INTERVAL_MS = 1000;

/** Of the tasks, those of one user: others send files, too. */
const SHARE_OF_ONE_SENDER = 0.1;

export interface TaskLimits {
  readonly tasksMax: number;
  /** A task that nobody has used for so long is forgotten; an offline one stays on disk. */
  readonly taskTimeoutMs: number;
  /** Larger files are refused. */
  readonly fileSizeMaxBytes: number;
  /** Of all offline files together; what would not fit is refused. */
  readonly storedMaxBytes: number;
  /** The same of those of one user. */
  readonly storedPerSenderMaxBytes: number;
  /** An offline file is deleted after so long, fetched or not. */
  readonly offlineKeptMs: number;
}

/** The tasks under way, and those that can be taken up again from disk. */
export class TaskTable {
  readonly #tasks = new Map<string, TransferTask>();
  readonly #sweep: NodeJS.Timeout;
  refused = 0;
  expired = 0;

  constructor(
    private readonly store: FileStore,
    private readonly limits: TaskLimits,
    private readonly clock: Clock,
  ) {
    this.#sweep = setInterval(() => {
      this.#forgetIdle(performance.now());
      void this.expire();
    }, SWEEP_INTERVAL_MS);
    this.#sweep.unref();
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** `undefined` when a limit is reached. Rejects when the disk fails. */
  async create(file: AnnouncedFile): Promise<TransferTask | undefined> {
    const isOffline = file.mode === TransferFileType.FILE_TYPE_OFFLINE;
    const hasRoom = !isOffline || this.#hasRoomFor(file);
    if (file.sizeBytes > this.limits.fileSizeMaxBytes || !hasRoom || this.#isBusyFor(file.fromUserId)) {
      this.refused++;
      return undefined;
    }
    const task = new TransferTask(randomUUID(), file, performance.now());
    this.#tasks.set(task.id, task);
    if (isOffline) await this.#announce(task);
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

  /** Deletes the offline files that have been kept long enough; not one that is on its way. */
  async expire(): Promise<void> {
    for (const taskId of this.store.announcedBefore(this.clock.nowMs() - this.limits.offlineKeptMs)) {
      const task = this.#tasks.get(taskId);
      if (task?.sender?.isOpen || task?.receiver?.isOpen) continue;
      this.#tasks.delete(taskId);
      this.expired++;
      // What cannot be deleted now is found again after the next start.
      await this.store.remove(taskId).catch(() => {});
    }
  }

  forget(task: TransferTask): void {
    this.#tasks.delete(task.id);
  }

  stop(): void {
    clearInterval(this.#sweep);
  }

  #hasRoomFor({ sizeBytes, fromUserId }: AnnouncedFile): boolean {
    const { storedMaxBytes, storedPerSenderMaxBytes } = this.limits;
    const { store } = this;
    const isFull = store.sizeBytes + sizeBytes > storedMaxBytes;
    return !isFull && store.sizeBytesOf(fromUserId) + sizeBytes <= storedPerSenderMaxBytes;
  }

  #isBusyFor(fromUserId: number): boolean {
    const { tasksMax } = this.limits;
    if (this.#tasks.size >= tasksMax) return true;
    let own = 0;
    for (const { file } of this.#tasks.values()) if (file.fromUserId === fromUserId) own++;
    return own >= tasksMax * SHARE_OF_ONE_SENDER;
  }

  async #announce({ id, file }: TransferTask): Promise<void> {
    try {
      await this.store.announce(id, file, this.clock.nowMs());
    } catch (error) {
      this.#tasks.delete(id);
      await this.store.remove(id).catch(() => {});
      throw error;
    }
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

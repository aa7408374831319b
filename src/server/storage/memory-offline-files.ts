import type { OfflineFile, OfflineFileStorage } from "./storage.js";
import { storageLimits } from "./storage-limits.js";

export class MemoryOfflineFiles implements OfflineFileStorage {
  readonly #byReceiver = new Map<number, readonly OfflineFile[]>();

  async list(toId: number): Promise<OfflineFile[]> {
    return [...(this.#byReceiver.get(toId) ?? [])];
  }

  async add(file: OfflineFile): Promise<void> {
    const files = this.#byReceiver.get(file.toId) ?? [];
    this.#byReceiver.set(file.toId, [...files, file].slice(-storageLimits.offlineFilesPerUser));
  }

  async delete(fromId: number, toId: number, taskId: string): Promise<void> {
    const files = this.#byReceiver.get(toId) ?? [];
    const kept = files.filter((file) => file.fromId !== fromId || file.taskId !== taskId);
    if (kept.length > 0) this.#byReceiver.set(toId, kept);
    else this.#byReceiver.delete(toId);
  }
}

import type { OfflineFile, OfflineFileStorage } from "./storage.js";
import { fits, storageLimits } from "./storage-limits.js";

/** So many that were deleted are remembered: who adds one may be late, or say so twice, or never. */
const DELETES_MAX = 10_000;

export class MemoryOfflineFiles implements OfflineFileStorage {
  readonly #byReceiver = new Map<number, readonly (OfflineFile & { readonly added: number })[]>();
  readonly #deleted = new Set<string>();

  constructor(private readonly nowSeconds: () => number) {}

  async list(toId: number, addedSince: number): Promise<OfflineFile[]> {
    const files = this.#byReceiver.get(toId) ?? [];
    return files.filter(({ added }) => added >= addedSince).map(({ added, ...file }) => file);
  }

  async add(file: OfflineFile): Promise<void> {
    if (!fits(file.name, storageLimits.fileNameChars) || !fits(file.taskId, storageLimits.fileNameChars)) return;
    const key = keyOf(file.fromId, file.toId, file.taskId);
    const files = this.#byReceiver.get(file.toId) ?? [];
    if (this.#deleted.has(key) || files.some(({ fromId, toId, taskId }) => keyOf(fromId, toId, taskId) === key)) return;
    const added = { ...file, added: this.nowSeconds() };
    this.#byReceiver.set(file.toId, [...files, added].slice(-storageLimits.offlineFilesPerUser));
  }

  async delete(fromId: number, toId: number, taskId: string): Promise<void> {
    const files = this.#byReceiver.get(toId) ?? [];
    const kept = files.filter((file) => file.fromId !== fromId || file.taskId !== taskId);
    this.#rememberDeleted(keyOf(fromId, toId, taskId));
    if (kept.length > 0) this.#byReceiver.set(toId, kept);
    else this.#byReceiver.delete(toId);
  }

  #rememberDeleted(key: string): void {
    this.#deleted.add(key);
    const [oldest] = this.#deleted;
    if (this.#deleted.size > DELETES_MAX && oldest !== undefined) this.#deleted.delete(oldest);
  }
}

function keyOf(fromId: number, toId: number, taskId: string): string {
  return `${fromId}/${toId}/${taskId}`;
}

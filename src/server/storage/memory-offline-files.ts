import type { OfflineFile, OfflineFileStorage } from "./storage.js";
import { storageLimits } from "./storage-limits.js";

/** Deleted before they were added; so many are remembered, because nobody may ever add them. */
const EARLY_DELETES_MAX = 10_000;

export class MemoryOfflineFiles implements OfflineFileStorage {
  readonly #byReceiver = new Map<number, readonly (OfflineFile & { readonly added: number })[]>();
  readonly #deletedEarly = new Set<string>();

  constructor(private readonly nowSeconds: () => number) {}

  async list(toId: number, addedSince: number): Promise<OfflineFile[]> {
    const files = this.#byReceiver.get(toId) ?? [];
    return files.filter(({ added }) => added >= addedSince).map(({ added, ...file }) => file);
  }

  async add(file: OfflineFile): Promise<void> {
    if (this.#deletedEarly.delete(keyOf(file.fromId, file.toId, file.taskId))) return;
    const files = this.#byReceiver.get(file.toId) ?? [];
    const added = { ...file, added: this.nowSeconds() };
    this.#byReceiver.set(file.toId, [...files, added].slice(-storageLimits.offlineFilesPerUser));
  }

  async delete(fromId: number, toId: number, taskId: string): Promise<void> {
    const files = this.#byReceiver.get(toId) ?? [];
    const kept = files.filter((file) => file.fromId !== fromId || file.taskId !== taskId);
    if (kept.length === files.length) this.#rememberEarly(keyOf(fromId, toId, taskId));
    if (kept.length > 0) this.#byReceiver.set(toId, kept);
    else this.#byReceiver.delete(toId);
  }

  #rememberEarly(key: string): void {
    this.#deletedEarly.add(key);
    const [oldest] = this.#deletedEarly;
    if (this.#deletedEarly.size > EARLY_DELETES_MAX && oldest !== undefined) this.#deletedEarly.delete(oldest);
  }
}

function keyOf(fromId: number, toId: number, taskId: string): string {
  return `${fromId}/${toId}/${taskId}`;
}

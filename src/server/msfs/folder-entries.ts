import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";

/** What is in a folder; nothing in one that is not there, or cannot be read: whoever writes to it hears of that. */
export function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

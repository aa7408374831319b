import type { Storage } from "../../src/server/storage/storage.js";

/** A storage of which every method fails, as one does whose disk is full or whose server is gone; it does not say so itself. */
export function brokenStorage(): Storage {
  const broken = new Proxy({}, { get: () => () => Promise.reject(new Error("disk full")) });
  const own: Partial<Storage> = { isRemote: true, lacking: async () => [], close: async () => {} };
  return new Proxy(own, { get: (_, name) => own[name as keyof Storage] ?? broken }) as Storage;
}

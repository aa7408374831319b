import { extname } from "node:path";
import type { StorageTarget } from "../../server/storage/storage-url.js";
import { usageError } from "../command-error.js";
import { storageTarget } from "../serve/open-storage.js";

export type SeedTarget =
  | { readonly kind: "store"; readonly shown: string; readonly store: Exclude<StorageTarget, { kind: "memory" }> }
  | { readonly kind: "fixture"; readonly path: string }
  | { readonly kind: "accounts"; readonly path: string };

/** Where users go: `sqlite:PATH`, `mysql://…`, `file:X.yaml` (the fixture) or `file:X.csv` (names and passwords). @throws CommandError usage */
export function seedTarget(text: string, redis: string | undefined): SeedTarget {
  if (text.startsWith("file:")) return fileTarget(text.slice("file:".length));
  if (!/^[a-z]+:|^memory$/.test(text)) {
    throw usageError(`"${text}" is no target: give sqlite:PATH, mysql://…, file:NAME.yaml or file:NAME.csv`);
  }
  const isMysql = text.startsWith("mysql:");
  const store = storageTarget({ storage: text, ...(redis !== undefined && isMysql ? { redis } : {}) });
  if (store.kind === "memory")
    throw usageError("memory ends with its process: ttk serve fills it by --users or --fixture");
  return { kind: "store", shown: isMysql ? text.replace(/:\/\/.*@/, "://") : text, store };
}

function fileTarget(path: string): SeedTarget {
  const extension = extname(path).toLowerCase();
  if (extension === ".yaml" || extension === ".yml") return { kind: "fixture", path };
  if (extension === ".csv") return { kind: "accounts", path };
  throw usageError(`file:${path}: give a name in .yaml for a fixture, or in .csv for accounts`);
}

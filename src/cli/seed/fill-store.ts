import type { Seeded } from "../../server/storage/opened-store.js";
import type { SeedData } from "../../server/storage/seed-data.js";
import { StorageOpenError } from "../../server/storage/storage-open-error.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { openDurable, seedingError } from "../serve/open-storage.js";
import type { SeedTarget } from "./seed-target.js";

export type WhenFilled = "refuse" | "append" | "force";

/** @throws CommandError: blocked when the store cannot be opened, usage when it holds users and nobody said what to do */
export async function fillStore(
  host: Host,
  { store: target, shown }: SeedTarget & { readonly kind: "store" },
  seed: SeedData,
  whenFilled: WhenFilled,
): Promise<Seeded> {
  const store = await openDurable(host, target, { create: true });
  try {
    const users = await store.userCount();
    if (users > 0 && whenFilled === "refuse") {
      throw usageError(
        `${shown} holds ${users} users: --append adds what is missing, --force deletes all that is there first`,
      );
    }
    if (whenFilled === "force") await store.empty();
    return await store.seed(seed, { onUsers: (written) => showProgress(host, written, seed.users.length) });
  } catch (error) {
    if (error instanceof StorageOpenError) throw usageError(`--force ${shown}: ${error.message}`);
    throw seedingError(error, shown);
  } finally {
    await store.storage.close();
  }
}

function showProgress({ stderr, verbosity }: Host, written: number, total: number): void {
  if (!stderr.isStyled || verbosity === "quiet") return;
  stderr.write(`\r\u001b[K${written === total ? "" : `  ${written} of ${total} users`}`);
}

import type { Storage } from "../../storage/storage.js";

const OTHER_NAME = /' +or +name='([^']*)$/i;
const ALWAYS_TRUE = /' +or +'([^']*)'='\1$/i;
const MAY_LOG_IN = 0;

/**
 * Whom the original's `select … where name='<name>' and status=0` finds (LGN-08): the last of all users when the name makes
 * the condition true for everybody, the user that a further condition names, nobody when its quotes break the statement.
 */
export async function nameByInjection({ accounts }: Storage, name: string): Promise<string> {
  if (!name.includes("'")) return name;
  const [, other] = OTHER_NAME.exec(name) ?? [];
  if (other !== undefined) return other;
  if (!ALWAYS_TRUE.test(name)) return "";
  const users = await accounts.changedSince(0);
  return users.filter(({ status }) => status === MAY_LOG_IN).at(-1)?.name ?? "";
}

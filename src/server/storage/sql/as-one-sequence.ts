import type { StoredMessage } from "../storage.js";

/**
 * The messages of a pair that has several relations, because two servers made the first contact at the same moment (MSG-02).
 * @param lists newest first; of messages with one id that of the earlier list counts
 */
export function asOneSequence(lists: readonly (readonly StoredMessage[])[]): readonly StoredMessage[] {
  const [only = []] = lists;
  if (lists.length <= 1) return only;
  const byId = new Map<number, StoredMessage>();
  for (const list of lists) for (const message of list) if (!byId.has(message.msgId)) byId.set(message.msgId, message);
  return [...byId.values()].sort((a, b) => b.msgId - a.msgId);
}

/** The last message of a pair, of those that its relations have. @param ids first the one that counts */
export function newestOf(ids: readonly number[], last: ReadonlyMap<number, StoredMessage>): StoredMessage | undefined {
  let newest: StoredMessage | undefined;
  for (const id of ids) {
    const message = last.get(id);
    if (message !== undefined && message.msgId > (newest?.msgId ?? 0)) newest = message;
  }
  return newest;
}

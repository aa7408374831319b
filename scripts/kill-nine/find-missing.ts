import type { Acked } from "./chat-ledger.js";

/** Reads a session's history down to an id, as one of its users. */
export type ReadHistory = (
  userId: number,
  sessionId: number,
  isGroup: boolean,
  downTo: number,
) => Promise<Map<number, string>>;

/** Acknowledged messages that are not in the history, under the id of their ack (MSG-10, MSG-15). */
export async function findMissing(acked: readonly Acked[], readHistory: ReadHistory): Promise<string[]> {
  const sessions = new Map<string, Acked[]>();
  for (const message of acked) {
    const { fromId, toId, isGroup } = message;
    const name = isGroup ? `group ${toId}` : `pair ${Math.min(fromId, toId)} ${Math.max(fromId, toId)}`;
    const known = sessions.get(name);
    if (known === undefined) sessions.set(name, [message]);
    else known.push(message);
  }
  const missing: string[] = [];
  for (const [session, messages] of sessions) {
    const [{ fromId, toId, isGroup }] = messages as [Acked];
    const oldest = messages.reduce((least, { msgId }) => Math.min(least, msgId), Number.POSITIVE_INFINITY);
    const history = await readHistory(fromId, toId, isGroup, oldest);
    for (const { msgId, text } of messages) {
      const there = history.get(msgId);
      if (there === text) continue;
      const found = there === undefined ? "nothing" : `"${there}"`;
      missing.push(`"${text}" was acked as ${msgId} of ${session}, where there is ${found}`);
    }
  }
  return missing;
}

import type { Acked } from "./chat-ledger.js";

/** Reads a session's whole history as one of its users. */
export type ReadHistory = (userId: number, sessionId: number, isGroup: boolean) => Promise<Map<number, string>>;

/** Acknowledged messages that are not in the history, under the id of their ack (MSG-10, MSG-15). */
export async function findMissing(acked: readonly Acked[], readHistory: ReadHistory): Promise<string[]> {
  const histories = new Map<string, Map<number, string>>();
  const missing: string[] = [];
  for (const message of acked) {
    const { fromId, toId, isGroup, msgId, text } = message;
    const session = isGroup ? `group ${toId}` : `pair ${Math.min(fromId, toId)} ${Math.max(fromId, toId)}`;
    const history = histories.get(session) ?? (await readHistory(fromId, toId, isGroup));
    histories.set(session, history);
    const there = history.get(msgId);
    if (there === text) continue;
    missing.push(
      `"${text}" was acked as ${msgId} of ${session}, where there is ${there === undefined ? "nothing" : `"${there}"`}`,
    );
  }
  return missing;
}

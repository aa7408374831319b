import { type Audience, NOT_A_RECIPIENT } from "./audience.js";
import { MessageState, type MessageTable } from "./message-table.js";
import type { MessageToken } from "./message-token.js";

/** Which message it most likely was that arrived damaged. */
export class LikeliestMessage {
  constructor(
    private readonly messages: MessageTable,
    private readonly audience: Audience,
  ) {}

  /**
   * Of the messages that the device awaits from the user, and that have or may have that msg_id: the one that the token, of
   * which something was changed, is most like; else the one that has the msg_id, or the oldest. A message that is not one of
   * these only when the token names it.
   * @returns its row
   */
  of(device: number, fromUser: number | undefined, msgId: number, token: MessageToken | undefined): number | undefined {
    const { messages, audience } = this;
    let best: number | undefined;
    let bestRank = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < messages.rows; row++) {
      if (messages.state(row) === MessageState.free) continue;
      const sender = messages.senderDevice(row);
      const recipient = audience.numberOf(device, sender, messages.target(row));
      if (recipient === NOT_A_RECIPIENT || !messages.isPending(row, recipient)) continue;
      const known = messages.msgId(row);
      const isFitting = audience.userOf(sender) === fromUser && (known === 0 || known === msgId);
      const isNamed = token?.serial === messages.serial(row) && token.senderDevice === sender;
      if (!isFitting && !isNamed) continue;
      const likeness = token === undefined ? 0 : this.#likeness(token, row);
      const rank = isFitting ? 2 * likeness + (messages.likelyMsgId(row) === msgId ? 1 : 0) : -1;
      if (rank < bestRank) continue;
      if (rank === bestRank && messages.serial(row) > messages.serial(best as number)) continue;
      bestRank = rank;
      best = row;
    }
    return best;
  }

  /** How many fields of the token are those of the message. */
  #likeness(token: MessageToken, row: number): number {
    const { messages } = this;
    const same = [
      token.serial === messages.serial(row),
      token.row === row,
      token.senderDevice === messages.senderDevice(row),
      token.target === messages.target(row),
    ];
    return same.filter((is) => is).length;
  }
}

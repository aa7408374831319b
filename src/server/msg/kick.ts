import { CommandId } from "../../codec/generated/commands.js";
import type { ClientType, KickReasonType } from "../../codec/generated/enums.js";
import type { MsgContext } from "./msg-context.js";

/**
 * LGN-10, LGN-11, LGN-14: tells every connection of that user and class that it is over, and closes it (LGN-12). The original
 * servers close none and tell one: that with the lowest socket number, which as a rule came first, and is told anew each time.
 */
export function kickLocally(
  { users, counts, deviates }: MsgContext,
  userId: number,
  clientType: ClientType,
  kick_reason: KickReasonType,
): void {
  for (const session of users.of(userId)) {
    if (!session.isSameClassAs(clientType) || !session.link.isOpen) continue;
    session.link.send(CommandId.CID_LOGIN_KICK_USER, { user_id: userId, kick_reason });
    counts.kicks++;
    if (deviates["LGN-12"]) return;
    session.link.close();
  }
}

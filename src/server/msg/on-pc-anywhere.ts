import { UserStatType } from "../../codec/generated/enums.js";
import type { MsgContext } from "./msg-context.js";

/** Those of the users who have a PC connection on any msg_server (FIL-02, PSH-01). Who is here need not be asked about. */
export async function onPcAnywhere({ users, route }: MsgContext, userIds: readonly number[]): Promise<Set<number>> {
  const onPc = new Set(userIds.filter((userId) => users.of(userId).some(({ isMobile }) => !isMobile)));
  const elsewhere = userIds.filter((userId) => !onPc.has(userId));
  if (elsewhere.length === 0) return onPc;
  return new Promise((resolve) => {
    route.askStatus(0, elsewhere, (stats = []) => {
      for (const { user_id, status } of stats) if (status === UserStatType.USER_STATUS_ONLINE) onPc.add(user_id);
      resolve(onPc);
    });
  });
}

import { SessionType } from "../../codec/generated/enums.js";

/** The entry of the one-to-one session with a user, in a list of sessions or of unread messages: a group may have the same id. */
export function oneToOneWith<Entry extends { session_id: number; session_type: SessionType }>(
  entries: readonly Entry[],
  userId: number,
): Entry | undefined {
  return entries.find(
    ({ session_id, session_type }) => session_id === userId && session_type === SessionType.SESSION_TYPE_SINGLE,
  );
}

import type { MsgInfo } from "../../../codec/generated/messages.js";

/** A page of history that holds newer messages than were asked for (MSG-15): older ones cannot be had. */
export class HistoryPageError extends Error {
  override readonly name = "HistoryPageError";

  constructor(
    begin: number,
    oldest: number,
    /** All that came before and with it. */
    readonly pulled: readonly MsgInfo[],
  ) {
    super(`asked for history from msg_id ${begin} down, and got ${oldest}`);
  }
}

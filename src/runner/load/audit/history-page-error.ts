/** A page of history that holds newer messages than were asked for (MSG-15). */
export class HistoryPageError extends Error {
  override readonly name = "HistoryPageError";

  constructor(begin: number, oldest: number) {
    super(`asked for history from msg_id ${begin} down, and got ${oldest}`);
  }
}

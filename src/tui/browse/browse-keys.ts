import type { KeyHint } from "../components/key-hints.js";

/** For the bottom line, most wanted first. */
export const browseHints: readonly KeyHint[] = [
  [["into"], "fields"],
  [["filter"], "filter"],
  [["search"], "search"],
  [["connection"], "connection"],
  [["user"], "user"],
  [["counterpart"], "response"],
  [["otherView"], "sequence"],
  [["times"], "when"],
];

export const fieldHints: readonly KeyHint[] = [
  [["up", "down"], "field"],
  [["nextPanel", "back"], "back to the list"],
  [["counterpart"], "response"],
];

/** Every key, and what it does. */
export const browseKeys: readonly KeyHint[] = [
  [["up", "down"], "one PDU on or back; in the fields, one field"],
  [["pageUp", "pageDown"], "a page"],
  [["first", "last"], "first, last"],
  [["into"], "into the fields, whose bytes are lit"],
  [["nextPanel", "previousPanel"], "the list, or the fields"],
  [["filter"], "filter: all these words, or body.msg_id == 7 && …"],
  [["search"], "search for words"],
  [["next", "previous"], "the next PDU with them; the previous one"],
  [["connection"], "follow this PDU's connection, or no longer"],
  [["user"], "follow this PDU's user on all connections"],
  [["counterpart"], "jump from a request to its response, and back"],
  [["otherView"], "sequence: who sends what to whom; the list again"],
  [["times"], "when: since the start, since the row above, by the clock"],
  [["back"], "one step back: fields, sequence, scan, follow, filter"],
  [["quit"], "quit"],
];

export const browseNotes =
  "Words are looked for in commands (msg_data, 0x0301), addresses, users, fields (user_id=7) and decrypted texts. " +
  "In the list -> goes to the server, <- to the client, => and <= between servers; = has an answer or is one.";

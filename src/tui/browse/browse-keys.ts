import type { KeyHint } from "../components/key-hints.js";

/** For the bottom line, most wanted first. */
export const browseHints: readonly KeyHint[] = [
  ["Enter", "fields"],
  ["f", "filter"],
  ["/", "search"],
  ["c", "connection"],
  ["u", "user"],
  ["p", "pair"],
  ["s", "sequence"],
  ["t", "time"],
];

export const fieldHints: readonly KeyHint[] = [
  ["↑↓", "field"],
  ["Tab Esc", "back to the list"],
  ["p", "pair"],
];

/** Every key, and what it does. */
export const browseKeys: readonly KeyHint[] = [
  ["↑ ↓  j k", "one PDU on or back; in the fields, one field"],
  ["PgUp PgDn  space", "a page"],
  ["g G  Home End", "first, last"],
  ["Enter  Tab", "into the fields, whose bytes are lit; Tab, Esc back"],
  ["f", "filter: all these words, or body.msg_id == 7 && …"],
  ["/  n  N", "search for words; next, previous"],
  ["c", "follow this PDU's connection, or no longer"],
  ["u", "follow this PDU's user on all connections"],
  ["p", "jump from a request to its response, and back"],
  ["s", "sequence: who sends what to whom"],
  ["t", "time since the start, the row above, or by the clock"],
  ["Esc", "one step back: fields, sequence, scan, follow, filter"],
  ["q  Ctrl-C", "quit"],
];

export const browseNotes =
  "Words are looked for in commands (msg_data, 0x0301), addresses, users, fields (user_id=7) and decrypted texts. " +
  "In the list -> goes to the server, <- to the client, => and <= between servers; = has an answer or is one.";

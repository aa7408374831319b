/** Every key, and what it does. */
const keys: readonly (readonly [string, string])[] = [
  ["up down  j k", "one PDU on or back; in the fields, one field"],
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
  ["Esc", "one step back: fields, sequence, follow, filter"],
  ["q  Ctrl-C", "quit"],
];

/** The help, as lines. */
export function helpLines(): string[] {
  return [
    "Keys",
    "",
    ...keys.map(([names, what]) => `  ${names.padEnd(18)}${what}`),
    "",
    "Words are looked for in commands (msg_data, 0x0301), addresses, users, fields",
    "(user_id=7) and decrypted texts. In the list -> goes to the server, <- to the",
    "client, => and <= between servers; = has an answer or is one.",
    "",
    "Any key goes back.",
  ];
}

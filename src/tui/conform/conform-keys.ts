import type { KeyHint } from "../components/key-hints.js";

/** For the bottom line, most wanted first. */
export const overviewHints: readonly KeyHint[] = [
  ["↑↓", "finding"],
  ["Enter", "its evidence"],
];

export const findingHints: readonly KeyHint[] = [
  ["↑↓", "PDU"],
  ["n N", "next, previous finding"],
  ["Esc", "back"],
  ["a", "presence, too"],
];

/** Every key, and what it does. */
export const conformKeys: readonly KeyHint[] = [
  ["↑ ↓  j k", "one finding on or back; in one, one entry of its wire log"],
  ["PgUp PgDn  space", "a page"],
  ["g G  Home End", "first, last"],
  ["Enter  →", "into a finding: expectation, what came instead, PDUs with their fields and bytes"],
  ["n  N", "next finding, previous one"],
  ["a", "in the wire log: all, or all but notices of other users' presence"],
  ["Esc  ←", "back to all"],
  ["q  Ctrl-C", "while cases run: finish and report (twice: end now); afterwards: leave, and print the report"],
];

export const conformNotes =
  "Bars fill from the left: passed, failed, failed SHOULDs, blocked, and what is not judged (skipped, expected to fail). " +
  "A blocked case could not be judged, and never counts as passed.";

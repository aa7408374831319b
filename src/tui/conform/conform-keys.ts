import type { KeyHint } from "../components/key-hints.js";

/** For the bottom line, most wanted first. */
export const overviewHints: readonly KeyHint[] = [
  [["up", "down"], "finding"],
  [["into"], "its evidence"],
];

export const findingHints = (isPresenceShown: boolean): readonly KeyHint[] => [
  [["up", "down"], "PDU"],
  [["next", "previous"], "next, previous finding"],
  [["back"], "back"],
  [["allEntries"], isPresenceShown ? "no presence" : "presence, too"],
];

/** Every key, and what it does. */
export const conformKeys: readonly KeyHint[] = [
  [["up", "down"], "one finding on or back; in one, one entry of its wire log"],
  [["pageUp", "pageDown"], "a page"],
  [["first", "last"], "first, last"],
  [["into"], "into a finding: expectation, what came instead, PDUs with their fields and bytes"],
  [["next", "previous"], "next finding, previous one"],
  [["allEntries"], "in the wire log: all, or all but notices of other users' presence"],
  [["back"], "back to all"],
  [["quit"], "while cases run: finish and report (twice: end now); afterwards: leave, and print the report"],
];

export const conformNotes =
  "Bars fill from the left: passed, failed, failed SHOULDs, blocked, and what is not judged (skipped, expected to fail). " +
  "A blocked case could not be judged, and never counts as passed.";

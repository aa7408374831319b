const LENGTH_MAX = 160;
/** Encrypted texts, drawn words, and bytes in hex. */
const DRAWN = /[A-Za-z0-9+/]{16,}={0,2}|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/g;
/** A command's number stays; ids, counts and times differ from run to run. */
const NUMBERS = /0x[0-9a-f]{4}\b|\d+/g;

/**
 * What a check expects, such that it is found again in another run, with other users, ids and times: those are `*`.
 * @param names of the accounts of the run
 */
export function checkPattern(expected: string, names: readonly string[]): string {
  const withoutNames = names.length === 0 ? expected : expected.replaceAll(anyOf(names), "*");
  const stable = withoutNames
    .replaceAll(DRAWN, "*")
    .replaceAll(NUMBERS, (number) => (number.startsWith("0x") ? number : "*"))
    .replaceAll(/\*(?:[,:.\s]*\*)+/g, "*");
  return stable.length > LENGTH_MAX ? stable.slice(0, LENGTH_MAX) : stable;
}

/** Whether a text holds the pattern, in which `*` stands for anything. */
export function holdsPattern(text: string, pattern: string): boolean {
  let from = 0;
  for (const piece of pattern.split("*")) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

/** Whole words: a user called `a` leaves other words alone. The longest first, so that `user12` is not `user1` and a 2. */
function anyOf(names: readonly string[]): RegExp {
  const escaped = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped.join("|")})(?![\\p{L}\\p{N}_])`, "gu");
}

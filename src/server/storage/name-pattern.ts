import type { FixtureNode } from "./fixture-node.js";
import { storageLimits } from "./storage-limits.js";

const RANGE = /^([^{}]*)\{(\d{1,9})\.\.(\d{1,9})\}([^{}]*)$/;

/** A name, or as many as a range in it says: `user{1..200}`, `user{001..200}` (zeros kept), `qa-{5..9}@test`. */
export class NamePattern {
  private constructor(
    private readonly before: string,
    private readonly after: string,
    private readonly first: number,
    private readonly digits: number,
    readonly count: number,
    readonly isRange: boolean,
  ) {}

  /** @throws FixtureError when it is not a name of at most 32 characters, or has more than `countMax` of them */
  static read(node: FixtureNode, countMax: number): NamePattern {
    const text = node.text("name", 2 * storageLimits.userNameChars);
    if (text === "") node.fail("name is empty");
    const pattern = NamePattern.#parse(node, text);
    if (pattern.count > countMax) node.fail(`"${text}" makes ${pattern.count} names, more than ${countMax}`);
    const longest = pattern.name(pattern.count - 1);
    if ([...longest].length > storageLimits.userNameChars) {
      node.fail(`name "${longest}" is longer than ${storageLimits.userNameChars} characters`);
    }
    return pattern;
  }

  static #parse(node: FixtureNode, text: string): NamePattern {
    const [, before = "", first = "", last = "", after = ""] = RANGE.exec(text) ?? [];
    if (first === "") {
      if (/[{}]/.test(text)) node.fail(`"${text}" is neither a name nor one range, as in user{1..200}`);
      return new NamePattern(text, "", 0, 0, 1, false);
    }
    const count = Number(last) - Number(first) + 1;
    if (count < 1) node.fail(`the range in "${text}" runs backwards`);
    const digits = first.startsWith("0") ? first.length : 0;
    return new NamePattern(before, after, Number(first), digits, count, true);
  }

  name(index: number): string {
    return this.isRange ? `${this.before}${this.number(index)}${this.after}` : this.before;
  }

  /** As it stands in the name: what `{n}` becomes in the user's other fields. */
  number(index: number): string {
    return String(this.first + index).padStart(this.digits, "0");
  }
}

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { didYouMean } from "../../codec/did-you-mean.js";
import { FixtureError } from "./fixture-error.js";
import { fits } from "./storage-limits.js";

const TEXT_MAX_CHARS = 64 * 1024 * 1024;
const SHOWN_MAX_CHARS = 60;

interface Source {
  readonly path: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A value in a YAML (or JSON) text, that knows where it stands. Readers fail with a FixtureError at its line. */
export class FixtureNode {
  private constructor(
    private readonly source: Source,
    private readonly node: Node | null,
    /** Where it would stand, if it is missing. */
    private readonly offset: number,
  ) {}

  /** @throws FixtureError when the text is not YAML */
  static parse(text: string, path: string): FixtureNode {
    if (text.length > TEXT_MAX_CHARS) throw new FixtureError(path, 1, `is longer than ${TEXT_MAX_CHARS} characters`);
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) throw new FixtureError(path, lineAt(lines, error.pos[0]), error.message);
    return new FixtureNode({ path, document, lines }, document.contents, 0);
  }

  get line(): number {
    return lineAt(this.source.lines, this.#start);
  }

  get isMap(): boolean {
    return isMap(this.node);
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  fail(problem: string): never {
    throw new FixtureError(this.source.path, this.line, problem);
  }

  /** The values of a mapping that has no other keys than these. */
  fields<Key extends string>(what: string, known: readonly Key[]): Partial<Record<Key, FixtureNode>> {
    if (!isMap(this.node)) return this.fail(`${what} must have fields (${known.join(", ")})`);
    const fields: Partial<Record<Key, FixtureNode>> = {};
    for (const { key, value } of this.node.items) {
      const keyNode = this.#child(key);
      fields[keyNode.oneOf("field", known)] = this.#child(value, keyNode.#start);
    }
    return fields;
  }

  /** The values of a list; of anything else, itself alone. */
  items(): FixtureNode[] {
    return isSeq(this.node) ? this.node.items.map((item) => this.#child(item, this.#start)) : [this];
  }

  /** Text as written; numbers and words like `true` need no quotes. */
  text(what: string, charsMax: number): string {
    const { node } = this;
    if (!isScalar(node) || node.value === null) return this.fail(`${what} must be text`);
    const text = typeof node.value === "string" ? node.value : (node.source ?? "");
    if (!fits(text, charsMax)) this.fail(`${what} is longer than ${charsMax} characters`);
    return text;
  }

  integer(what: string, min: number, max: number): number {
    const value = isScalar(this.node) ? this.node.value : undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.fail(`${what} must be a whole number from ${min} to ${max}`);
  }

  oneOf<Word extends string>(what: string, known: readonly Word[]): Word {
    const text = this.text(what, SHOWN_MAX_CHARS);
    const found = known.find((word) => word === text);
    return found ?? this.fail(`unknown ${what} "${text}"${didYouMean(text, known)}`);
  }

  get #start(): number {
    return this.node?.range?.[0] ?? this.offset;
  }

  #child(value: unknown, offset = this.#start): FixtureNode {
    const node = value as Node | null;
    const target = isAlias(node) ? node.resolve(this.source.document) : node;
    const child = new FixtureNode(this.source, target ?? null, node?.range?.[0] ?? offset);
    return isAlias(node) && target === undefined ? child.fail(`nothing before is marked &${node.source}`) : child;
  }
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
}

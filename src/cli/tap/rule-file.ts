import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import type { FieldTextOptions } from "../../codec/record/field-text.js";
import { parseRule } from "../../tap/parse-rule.js";
import { RuleError, type TapRule } from "../../tap/tap-rule.js";
import { usageError } from "../command-error.js";

const RULES_MAX = 1000;

/**
 * Reads rules from YAML or JSON: a list, or `{rules: […]}`, of texts as `--rule` takes them, or of maps that say the same:
 * `{delay: 200ms, command: 0x0302, dir: s2c}`, `{set: {body.msg_id: 1}, command: CID_MSG_DATA}`.
 * @throws CommandError
 */
export function readRuleFile(path: string, cwd: string, options: FieldTextOptions): TapRule[] {
  const lines = new LineCounter();
  const document = parseDocument(readText(path, cwd), { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) throw usageError(`${path}: ${error.message.split("\n")[0]?.replace(/:$/, "")}`);
  const where = (node: unknown): string => {
    const at = lines.linePos((node as Node | undefined)?.range?.[0] ?? 0);
    return `${path}:${at.line}:${at.col}`;
  };
  const top = document.contents;
  const list = isMap(top) ? top.get("rules", true) : top;
  if (!isSeq(list)) throw usageError(`${path}: a list of rules is expected, or "rules:" with one`);
  if (list.items.length > RULES_MAX) throw usageError(`${path}: more than ${RULES_MAX} rules`);
  return list.items.map((item) => {
    try {
      return parseRule(ruleText(item), options);
    } catch (problem) {
      if (!(problem instanceof RuleError)) throw problem;
      throw usageError(
        isScalar(item) ? `${where(item)}: rule ${problem.message}` : `${where(item)}: ${problem.problem}`,
      );
    }
  });
}

function ruleText(item: unknown): string {
  if (isScalar(item) && typeof item.value === "string") return item.value;
  if (!isMap(item)) throw new RuleError(1, "a rule is a text, or a map that begins with its action");
  const [action, ...conditions] = item.items as Pair[];
  if (action === undefined) throw new RuleError(1, "the rule is empty");
  // Without `if`, conditions on fields would be among what `set` sets.
  const parts = [keyOf(action), argumentsOf(action), conditions.length === 0 ? "" : "if", ...conditions.map(pairText)];
  return parts.filter((part) => part !== "").join(" ");
}

/** `{drop: }`, `{delay: 200ms}`, `{split: [5, 10ms]}`, `{set: {body.msg_id: 1}}`. */
function argumentsOf({ value }: Pair): string {
  if (value === null || (isScalar(value) && value.value === null)) return "";
  if (isMap(value)) return (value.items as Pair[]).map(pairText).join(" ");
  if (isSeq(value)) return value.items.map(wordOf).join(" ");
  return wordOf(value);
}

/** A list is a field's value in brackets; elsewhere its entries are one word. */
function pairText(pair: Pair): string {
  const key = keyOf(pair);
  const isList = isSeq(pair.value) && /^(?:body|header)\./.test(key);
  return `${key}=${isList ? `[${wordOf(pair.value)}]` : wordOf(pair.value)}`;
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** As it was written, so that 0x0302 stays what it is; lists by commas. */
function wordOf(value: unknown): string {
  if (isSeq(value)) return value.items.map(wordOf).join(",");
  if (!isScalar(value)) throw new RuleError(1, "a value is a text, a number or a list of them");
  const text = typeof value.value === "string" ? value.value : (value.source ?? String(value.value));
  return /[\s"']/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;
}

function readText(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    throw usageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

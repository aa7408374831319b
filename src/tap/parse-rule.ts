import { didYouMean } from "../codec/did-you-mean.js";
import type { JsonObject } from "../codec/record/body-json.js";
import { BodyJsonError } from "../codec/record/body-json.js";
import { assignField, type FieldTextOptions } from "../codec/record/field-text.js";
import { commandById, commands } from "../codec/registry.js";
import { messageType } from "../codec/schema.js";
import { parseDuration } from "../net/duration.js";
import { headerFieldNames } from "./alter-pdu.js";
import { type RuleWord, ruleWords } from "./rule-words.js";
import { type FieldAssignment, type RuleAction, type RuleConditions, RuleError, type TapRule } from "./tap-rule.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const DURATION_MAX_MS = 3_600_000;
const COPIES_MAX = 1000;
const COUNT_MAX = 1_000_000_000;
const REORDER_WITHIN_MS = 1000;
const FIELD = /^(?:body|header)\./;

/**
 * Reads `drop command=CID_MSG_DATA dir=s2c nth=3`: an action with its arguments, then conditions.
 * @throws RuleError that points at the word that is wrong
 */
export function parseRule(text: string, options: FieldTextOptions): TapRule {
  const words = ruleWords(text);
  const [verb] = words;
  if (verb === undefined) throw new RuleError(1, `an action is expected: ${Object.keys(actions).join(", ")}`);
  const read = Object.hasOwn(actions, verb.text) ? actions[verb.text] : undefined;
  if (read === undefined) {
    const names = Object.keys(actions);
    const near = didYouMean(verb.text, names) || `; there are ${names.join(", ")}`;
    throw new RuleError(verb.column, `there is no action "${verb.text}"${near}`);
  }
  const cursor = new Cursor(words.slice(1), text.length + 1);
  const action = read(cursor);
  const conditions = readConditions(cursor, action);
  checkFields(action, conditions, words, options);
  return { text, action, conditions };
}

/** The words of a rule, one after the other. */
class Cursor {
  #at = 0;

  constructor(
    private readonly words: readonly RuleWord[],
    /** Where something that is missing would stand. */
    private readonly endColumn: number,
  ) {}

  get next(): RuleWord | undefined {
    return this.words[this.#at];
  }

  take(): RuleWord | undefined {
    return this.words[this.#at++];
  }

  /** The next word when it is an argument, neither `name=value` nor the `if` before conditions. */
  argument(): RuleWord | undefined {
    const { next } = this;
    return next === undefined || next.text === "if" || next.text.includes("=") ? undefined : this.take();
  }

  needed(what: string): RuleWord {
    const word = this.argument();
    if (word === undefined) throw new RuleError(this.next?.column ?? this.endColumn, `${what} is expected`);
    return word;
  }
}

const actions: Readonly<Record<string, (cursor: Cursor) => RuleAction>> = {
  drop: () => ({ kind: "drop" }),
  delay: (cursor) => {
    const word = cursor.needed("how long, as in 200ms or 100ms..300ms,");
    const [min = "", max = min] = word.text.split("..");
    const [minMs, maxMs] = [duration(word, min), duration(word, max)];
    if (minMs > maxMs) throw new RuleError(word.column, `${min} is longer than ${max}`);
    return { kind: "delay", minMs, maxMs };
  },
  duplicate: (cursor) => {
    const word = cursor.argument();
    return { kind: "duplicate", copies: word === undefined ? 1 : count(word, word.text, 1, COPIES_MAX) };
  },
  set: (cursor) => {
    const assignments: FieldAssignment[] = [];
    while (FIELD.test(cursor.next?.text ?? "")) assignments.push(assignment(cursor.take() as RuleWord));
    if (assignments.length === 0) cursor.needed("a field, as in body.msg_id=1 or header.seqNum=7,");
    return { kind: "set", assignments };
  },
  unset: (cursor) => {
    const paths: string[] = [];
    for (let word = cursor.argument(); word !== undefined; word = cursor.argument()) {
      if (!/^body\.\w+$/.test(word.text)) throw new RuleError(word.column, "a field is expected, as in body.msg_id");
      paths.push(word.text);
    }
    if (paths.length === 0) cursor.needed("a field, as in body.msg_id,");
    return { kind: "unset", paths };
  },
  split: (cursor) => {
    const size = cursor.argument();
    const gap = cursor.argument();
    return {
      kind: "split",
      pieceBytes: size === undefined ? 1 : count(size, size.text, 1, COUNT_MAX),
      gapMs: gap === undefined ? 0 : duration(gap, gap.text),
    };
  },
  throttle: (cursor) => ({ kind: "throttle", bytesPerSecond: rate(cursor.needed("a rate, as in 10KB/s,")) }),
  cut: (cursor) => {
    const first = cursor.argument();
    const isSize = first !== undefined && /^\d/.test(first.text);
    const how = isSize ? cursor.argument() : first;
    return {
      kind: "cut",
      passBytes: isSize ? count(first, first.text, 0, COUNT_MAX) : 0,
      how: how === undefined ? "reset" : oneOf(how, how.text, ["reset", "close"]),
    };
  },
  stall: (cursor) => {
    const word = cursor.needed("how long, as in 1.4s,");
    const scope = cursor.argument();
    return {
      kind: "stall",
      durationMs: duration(word, word.text),
      scope: scope === undefined ? "connection" : oneOf(scope, scope.text, ["connection", "all"]),
    };
  },
  reorder: (cursor) => {
    const behind = cursor.argument();
    const within = cursor.argument();
    return {
      kind: "reorder",
      behind: behind === undefined ? 1 : count(behind, behind.text, 1, 1000),
      withinMs: within === undefined ? REORDER_WITHIN_MS : duration(within, within.text),
    };
  },
};

const conditionNames = ["command", "dir", "conn", "nth", "after", "every", "times", "probability", "per"];

function readConditions(cursor: Cursor, action: RuleAction): RuleConditions {
  const conditions: Mutable<RuleConditions> = {};
  const fields: FieldAssignment[] = [];
  for (let word = cursor.take(); word !== undefined; word = cursor.take()) {
    if (word.text === "if") continue;
    const equals = word.text.indexOf("=");
    if (equals < 0) throw new RuleError(word.column, `"${word.text}": a condition is expected, as in command=0x0301`);
    const [name, value] = [word.text.slice(0, equals), word.text.slice(equals + 1)];
    if (FIELD.test(name)) fields.push(assignment(word));
    else readCondition({ text: value, column: word.column + equals + 1 }, word, name, conditions);
  }
  if (fields.length > 0) conditions.fields = fields;
  // A pause that begins anew with every PDU would be the end of the connection, not a pause.
  if (action.kind === "stall" && conditions.times === undefined && conditions.every === undefined) conditions.times = 1;
  return conditions;
}

function readCondition(value: RuleWord, word: RuleWord, name: string, into: Mutable<RuleConditions>): void {
  switch (name) {
    case "command":
      into.commandIds = commandIds(value);
      return;
    case "dir":
      into.direction = oneOf(value, value.text, ["c2s", "s2c"]);
      return;
    case "conn":
      into.connections = counts(value);
      return;
    case "nth":
      into.nth = counts(value);
      return;
    case "after":
      into.after = count(value, value.text, 0, COUNT_MAX);
      return;
    case "every":
      into.every = count(value, value.text, 1, COUNT_MAX);
      return;
    case "times":
      into.times = count(value, value.text, 1, COUNT_MAX);
      return;
    case "probability":
      into.probability = probability(value);
      return;
    case "per":
      into.perConnection = oneOf(value, value.text, ["connection", "tap"]) === "connection";
      return;
    default: {
      const names = [...conditionNames, "body.", "header."];
      const near = didYouMean(name, names) || `; there are ${names.join(", ")}`;
      throw new RuleError(word.column, `there is no condition "${name}"${near}`);
    }
  }
}

/** Names, ids, messages, and patterns with `*`, separated by commas. */
function commandIds({ text, column }: RuleWord): ReadonlySet<number> {
  const ids = new Set<number>();
  let at = column;
  for (const part of text.split(",")) {
    for (const id of idsOf(part, at)) ids.add(id);
    at += part.length + 1;
  }
  return ids;
}

function idsOf(part: string, column: number): readonly number[] {
  if (/^(?:0x[0-9a-f]{1,4}|\d{1,5})$/i.test(part)) return [Number(part)];
  const pattern = new RegExp(`^${part.replaceAll(/[^\w*]/g, "\\$&").replaceAll("*", ".*")}$`, "i");
  const fitting = commands.filter(({ name, messageName }) =>
    [name, messageName, messageName.slice(messageName.lastIndexOf(".") + 1)].some((each) => pattern.test(each)),
  );
  if (fitting.length > 0) return fitting.map(({ id }) => id);
  const names = commands.flatMap(({ name, messageName }) => [
    name,
    messageName.slice(messageName.lastIndexOf(".") + 1),
  ]);
  throw new RuleError(column, `there is no command "${part}"${didYouMean(part, names) || "; ttk schema lists them"}`);
}

function assignment({ text, column }: RuleWord): FieldAssignment {
  const equals = text.indexOf("=");
  if (equals < 0) throw new RuleError(column, `"${text}": a value is expected, as in ${text}=1`);
  const path = text.slice(0, equals);
  const field = path.slice(path.indexOf(".") + 1);
  if (path.startsWith("header.") && !headerFieldNames.includes(field)) {
    const near = didYouMean(field, headerFieldNames) || `; there are ${headerFieldNames.join(", ")}`;
    throw new RuleError(column, `the header has no field "${field}"${near}`);
  }
  const value = text.slice(equals + 1);
  if (path.startsWith("header.")) count({ text: value, column: column + equals + 1 }, value, 0, 0xffffffff);
  return { path, text: value };
}

/** What can be known to be wrong about fields before the first PDU comes. */
function checkFields(
  action: RuleAction,
  { commandIds: ids, fields = [] }: RuleConditions,
  words: readonly RuleWord[],
  options: FieldTextOptions,
): void {
  const assignments = [...(action.kind === "set" ? action.assignments : []), ...fields];
  const paths = action.kind === "unset" ? action.paths.map((path) => ({ path, text: undefined })) : [];
  const messages = ids === undefined ? commands.map(({ messageName }) => messageName) : messagesOf(ids);
  for (const { path, text } of [...assignments, ...paths]) {
    if (!path.startsWith("body.")) continue;
    const problems = messages.map((message) => problemWith(message, path.slice("body.".length), text, options));
    const [problem] = problems;
    if (problem === undefined || problems.includes(undefined)) continue;
    const word = words.find((each) => each.text === path || each.text === `${path}=${text}`);
    const anyMessage = ids === undefined ? `no message takes ${path}${text === undefined ? "" : `=${text}`}` : problem;
    throw new RuleError(word?.column ?? 1, anyMessage);
  }
}

function messagesOf(ids: ReadonlySet<number>): string[] {
  return [...ids].flatMap((id) => commandById(id)?.messageName ?? []);
}

function problemWith(
  message: string,
  path: string,
  text: string | undefined,
  options: FieldTextOptions,
): string | undefined {
  const type = messageType(message);
  if (text === undefined) return Object.hasOwn(type.fields, path) ? undefined : `${type.name} has no field "${path}"`;
  try {
    const body: JsonObject = {};
    // An index says which entry of a list that only a real PDU has.
    assignField(type, body, path.replaceAll(/\[\d+\]/g, "[0]"), text, "build", options);
    return undefined;
  } catch (error) {
    if (error instanceof BodyJsonError) return error.message;
    throw error;
  }
}

function duration({ column }: RuleWord, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= DURATION_MAX_MS) return ms;
  throw new RuleError(column, `"${text}": a duration of at most 1h is expected, as in 200ms or 1.4s`);
}

function count({ column }: RuleWord, text: string, min: number, max: number): number {
  const value = /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new RuleError(column, `"${text}": a whole number from ${min} to ${max} is expected`);
}

/** `3`, `3,5`. */
function counts(word: RuleWord): ReadonlySet<number> {
  return new Set(word.text.split(",").map((part) => count(word, part, 1, COUNT_MAX)));
}

function probability({ text, column }: RuleWord): number {
  const value = /^(?:\d*\.)?\d+%?$/.test(text) ? Number.parseFloat(text) / (text.endsWith("%") ? 100 : 1) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new RuleError(column, `"${text}": a probability is from 0 to 1, or from 0% to 100%`);
}

const rateUnits: Readonly<Record<string, number>> = { b: 1, kb: 1000, kib: 1024, mb: 1e6, mib: 1 << 20 };

function rate({ text, column }: RuleWord): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(B|KB|KiB|MB|MiB)\/s$/i.exec(text) ?? [];
  const bytesPerSecond = Number(number) * (rateUnits[unit.toLowerCase()] ?? 0);
  if (bytesPerSecond >= 1) return bytesPerSecond;
  throw new RuleError(
    column,
    `"${text}": a rate of at least 1 byte a second is expected, as in 500B/s, 10KB/s or 2MB/s`,
  );
}

function oneOf<T extends string>({ column }: RuleWord, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new RuleError(column, `"${text}": ${known.join(" or ")} is expected`);
}

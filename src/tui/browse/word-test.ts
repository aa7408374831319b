import protobuf from "protobufjs/light.js";
import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import { mayCarryText } from "../../codec/record/attachment.js";
import type { PduDirection } from "../../codec/record/pdu-record.js";
import { searchText } from "../../codec/record/search-text.js";
import { commandById, commands, hexId } from "../../codec/registry.js";
import { messageType } from "../../codec/schema.js";
import { connectionText } from "./pdu-words.js";
import type { RowTest } from "./scan-rows.js";

/**
 * Every word must be found: in the command's name or id, the message's, the connection's addresses and user, the direction, in
 * a field (`user_id=7`, which is not 70), in decrypted text; `#12` is the row. Small letters find capitals, quotes do not count.
 *
 * Hot: what a command's or a connection's rows have in common is judged once, then the bytes are looked at as they are, and
 * only a row that may have the words is read field by field.
 */
export function withWords(index: PduIndex, text: string, textKey?: string): RowTest {
  const all = text
    .toLowerCase()
    .replaceAll('"', "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const rows = all.filter((word) => ROW.test(word));
  const words = all.filter((word) => !ROW.test(word));
  const ofCommand = memoized((commandId: number) => commandWords(words, commandId));
  const around = wordsAround(index, words);
  return (row) => {
    if (rows.some((word) => word !== `#${row + 1}`)) return false;
    const { left, mayBeUnwritten } = ofCommand(index.commandId(row));
    const found = around(row);
    const inside = found.size === 0 ? left : left.filter((word) => !found.has(word));
    if (inside.length === 0) return true;
    const skip = index.skip(row);
    if (skip !== undefined) return inside.every((word) => skip.toLowerCase().includes(word));
    const bytes = index.bytes(row);
    if (!mayBeUnwritten && !isWritten(bytes, inside)) return false;
    const said = searchText(bytes, textKey).replaceAll('"', "");
    return inside.every((word) => said.includes(WHOLE_NUMBER.test(word) ? `${word} ` : word));
  };
}

const ROW = /^#\d+$/;
const WHOLE_NUMBER = /=\d+$/;

interface CommandWords {
  /** Words that the command's own names do not have. */
  readonly left: readonly string[];
  /** One of them may be said by bytes that do not have its letters: a number, a name of the schema, encrypted text. */
  readonly mayBeUnwritten: boolean;
}

function commandWords(words: readonly string[], commandId: number): CommandWords {
  const command = commandById(commandId);
  const name = `${hexId(commandId)} ${command?.name ?? ""} ${command?.messageName ?? ""}`.toLowerCase();
  const left = words.filter((word) => !name.includes(word));
  const isHidden = withContent.has(commandId) || mayCarryText(commandId);
  return { left, mayBeUnwritten: isHidden || left.some((word) => isFromSchema(word, command?.messageName)) };
}

/** Commands whose bodies hold message content, which may be encrypted. */
const withContent: ReadonlySet<number> = new Set(
  commands.filter(({ messageName }) => namesIn(messageType(messageName)).some(isContentName)).map(({ id }) => id),
);

function isContentName(name: string): boolean {
  return name === "msg_data" || name === "latest_msg_data";
}

/** Whether a word may be a number, or part of a name that the command's schema has. */
function isFromSchema(word: string, messageName: string | undefined): boolean {
  if (word.includes("=") || /^[\da-fx]+$/.test(word)) return true;
  const names = messageName === undefined ? [] : namesIn(messageType(messageName));
  return [...namesOfAll, ...names].some((name) => name.toLowerCase().includes(word));
}

const namesOfAll = [
  ...["length", "version", "flag", "serviceId", "commandId", "seqNum", "reserved"],
  ...["unknown", "problem", "HANDLE_AND_PDU_FOR_FILE", "PDU_FOR_PUSH", "HANDLE_AND_PDU"],
  ...["IM.Server.IMPushToUserReq", "IM.Server.IMFileTransferReq"].flatMap((name) => namesIn(messageType(name))),
];

/** Names of fields, of messages within and of enumerations' values. */
function namesIn(type: protobuf.Type): string[] {
  return type.fieldsArray.flatMap((field) => {
    const { resolvedType } = field.resolve();
    if (resolvedType instanceof protobuf.Type) return [field.name, resolvedType.fullName, ...namesIn(resolvedType)];
    return resolvedType instanceof protobuf.Enum ? [field.name, ...Object.keys(resolvedType.values)] : [field.name];
  });
}

const ASCII = /^[\x20-\x7e]*$/;

/** Whether the bytes have all the words' letters, quotes between them not counted: those of JSON in a field stand in the bytes. */
function isWritten(bytes: Buffer, words: readonly string[]): boolean {
  const latin = bytes.toString("latin1").toLowerCase().replaceAll('"', "");
  let unicode: string | undefined;
  return words.every((word) => {
    if (ASCII.test(word)) return latin.includes(word);
    unicode ??= bytes.toString("utf8").toLowerCase().replaceAll('"', "");
    return unicode.includes(word);
  });
}

/** Words found in what all rows of a connection that go one way have in common. */
function wordsAround(index: PduIndex, words: readonly string[]): (row: number) => ReadonlySet<string> {
  const known = new Map<number, ReadonlySet<string>>();
  return (row) => {
    const dir = index.direction(row);
    const key =
      (index.connection(row).id * 2 + (index.isTowardsServer(row) ? 1 : 0)) * 4 + directionKeys[dir ?? "none"];
    const before = known.get(key);
    if (before !== undefined) return before;
    const about = `${connectionText(index, row)} ${dir ?? ""}`.toLowerCase();
    const found = words.filter((word) => about.includes(word));
    const set = found.length === 0 ? none : new Set(found);
    known.set(key, set);
    return set;
  };
}

const none: ReadonlySet<string> = new Set();
const directionKeys: Readonly<Record<PduDirection | "none", number>> = { none: 0, c2s: 1, s2c: 2, s2s: 3 };

function memoized<T>(make: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(key);
      known.set(key, value);
    }
    return value;
  };
}

import protobuf from "protobufjs/light.js";
import { peekBytes, peekNumber } from "../../codec/analysis/body-peek.js";
import type { IndexedUser, PduIndex } from "../../codec/analysis/pdu-index.js";
import { parseFilter } from "../../codec/filter/parse-filter.js";
import { HEADER_SIZE } from "../../codec/pdu-header.js";
import { type PduField, pduFields } from "../../codec/record/pdu-fields.js";
import { type PduOrigin, type PduRecord, recordOf } from "../../codec/record/pdu-record.js";
import { commandById, commands, hexId } from "../../codec/registry.js";
import { messageType } from "../../codec/schema.js";
import { connectionText } from "./pdu-words.js";
import type { RowTest } from "./scan-rows.js";

const USER_FIELD = /^(?:user_id|from_user_id|to_user_id|req_user_id|from_id|to_id|operator_id|sender_id)$/;

/** Fields of each command's body that hold a user's id. */
const userFields = new Map<number, readonly number[]>(
  commands.map(({ id, messageName }) => [
    id,
    messageType(messageName)
      .fieldsArray.filter(({ name, type, repeated }) => USER_FIELD.test(name) && type === "uint32" && !repeated)
      .map((field) => field.id),
  ]),
);

/** What a user's devices say and hear, and what servers say to each other about the user. */
export function ofUser(index: PduIndex, user: IndexedUser): RowTest {
  return (row) => {
    const owner = index.connection(row).user;
    if (owner !== undefined) return owner.id === user.id;
    const fields = userFields.get(index.commandId(row));
    if (fields === undefined || index.direction(row) !== "s2s") return false;
    const bytes = index.bytes(row);
    return fields.some((field) => peekNumber(bytes, HEADER_SIZE, bytes.length, field) === user.id);
  };
}

export function ofConnection(index: PduIndex, id: number): RowTest {
  return (row) => index.connection(row).id === id;
}

const OPERATOR = /[=!]=|=~|[<>]|&&|\|\|/;

/** Whether a filter is an expression over a record's fields, as `ttk decode --filter` takes it, rather than words. */
export function isExpression(text: string): boolean {
  return OPERATOR.test(text);
}

/** @throws FilterError with the column */
export function withExpression(index: PduIndex, text: string, textKey?: string): RowTest {
  const filter = parseFilter(text);
  const options = textKey === undefined ? {} : { textKey };
  return (row) => {
    let record: PduRecord | undefined;
    return filter((name) => {
      // Most rows are judged by their command alone, which needs no decoding.
      if (name === "command") return commandById(index.commandId(row))?.name ?? null;
      if (name === "dir") return index.direction(row);
      record ??= recordOf(index.bytes(row), originOf(index, row), options);
      return record[name as keyof PduRecord];
    });
  };
}

function originOf(index: PduIndex, row: number): PduOrigin {
  const conn = connectionText(index, row).replace(" > ", ">").replace(/ .*$/, "");
  const micros = index.timeMicros(row);
  return {
    seq: row + 1,
    time: micros === undefined ? null : new Date(micros / 1000).toISOString(),
    conn: conn === "" ? null : conn,
    dir: index.direction(row),
    offset: index.streamOffset(row),
  };
}

/**
 * Every word must be found: in the command's name or id, the message's, the connection's addresses and user, or in a field
 * as `ttk decode` shows it, `user_id=7` included, and text decrypted. Small letters find capitals too.
 */
export function withWords(index: PduIndex, text: string, textKey?: string): RowTest {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const nameOf = memoized((commandId: number) => {
    const command = commandById(commandId);
    return `${hexId(commandId)} ${command?.name ?? ""} ${command?.messageName ?? ""}`.toLowerCase();
  });
  const options = textKey === undefined ? {} : { textKey };
  const mayName = new Map(words.map((word) => [word, memoized((commandId: number) => isFromSchema(word, commandId))]));
  return (row) => {
    const about = `${nameOf(index.commandId(row))} ${connectionText(index, row)} ${index.direction(row) ?? ""} #${row + 1}`;
    const left = words.filter((word) => !about.toLowerCase().includes(word));
    if (left.length === 0) return true;
    const skip = index.skip(row);
    if (skip !== undefined) return left.every((word) => skip.toLowerCase().includes(word));
    const bytes = index.bytes(row);
    // Most rows have none of the words: only what may have them is decoded.
    const commandId = index.commandId(row);
    const isHidden =
      withContent.has(commandId) || peekBytes(bytes, HEADER_SIZE, bytes.length, ATTACH_FIELD) !== undefined;
    if (!isHidden && !left.some((word) => mayName.get(word)?.(commandId))) {
      const raw = bytes.toString("latin1").toLowerCase();
      return left.every((word) => raw.includes(Buffer.from(word).toString("latin1")));
    }
    const inside = fieldsText(pduFields(bytes, options)).toLowerCase();
    return left.every((word) => inside.includes(word));
  };
}

const ATTACH_FIELD = 20;

/** Commands whose bodies hold text that is not there to be read, beside what attach_data may hold. */
const withContent: ReadonlySet<number> = new Set(
  commands
    .filter(({ messageName }) => Object.values(messageType(messageName).fields).some(isContent))
    .map(({ id }) => id),
);

function isContent(field: protobuf.Field): boolean {
  if (/msg_data$/.test(field.name)) return true;
  const { resolvedType } = field.resolve();
  return resolvedType instanceof protobuf.Type && resolvedType.fieldsArray.some(({ name }) => /msg_data$/.test(name));
}

/** Whether a word may be a number, or part of a name that the command's schema has: it may be there without its letters. */
function isFromSchema(word: string, commandId: number): boolean {
  if (/[=\d]/.test(word)) return true;
  const command = commandById(commandId);
  const names = command === undefined ? [] : namesIn(messageType(command.messageName));
  return [...headerNames, ...names].some((name) => name.toLowerCase().includes(word));
}

const headerNames = ["length", "version", "flag", "serviceId", "commandId", "seqNum", "reserved"];

/** Names of fields and of enumerations' values, those of messages within it included. */
function namesIn(type: protobuf.Type): string[] {
  return type.fieldsArray.flatMap((field) => {
    const { resolvedType } = field.resolve();
    if (resolvedType instanceof protobuf.Type) return [field.name, ...namesIn(resolvedType)];
    return resolvedType instanceof protobuf.Enum ? [field.name, ...Object.keys(resolvedType.values)] : [field.name];
  });
}

function fieldsText(fields: readonly PduField[]): string {
  return fields
    .map(({ name, text, content, fields: inner }) => `${name}=${text} ${content ?? ""} ${fieldsText(inner)}`)
    .join(" ");
}

function memoized<T>(make: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

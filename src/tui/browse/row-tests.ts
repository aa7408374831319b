import { FollowUser } from "../../codec/analysis/follow-user.js";
import type { IndexedUser, PduIndex } from "../../codec/analysis/pdu-index.js";
import { parseFilter } from "../../codec/filter/parse-filter.js";
import { HEADER_SIZE, readHeader } from "../../codec/pdu-header.js";
import { type PduOrigin, type PduRecord, recordOf } from "../../codec/record/pdu-record.js";
import { commandById } from "../../codec/registry.js";
import { connectionText } from "./pdu-words.js";
import type { RowTest } from "./scan-rows.js";

/**
 * What belongs to a user, by the rule of `ttk decode --follow`. It learns from each row who is on which connection: rows must be
 * asked for in order, from the first. With name and id known, a row is judged at once.
 */
export function ofUser(index: PduIndex, { name, id }: IndexedUser): RowTest {
  const person = new FollowUser(name, id);
  return (row) => {
    const pdu = index.analysed(row);
    return pdu !== undefined && person.take(pdu).length > 0;
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
      // What stands in the header is read there: most rows are judged by it, and need no decoding.
      if (name === "command") return commandById(index.commandId(row))?.name ?? null;
      if (name === "dir") return index.direction(row);
      if (name === "seq") return row + 1;
      if (name === "header" && index.length(row) >= HEADER_SIZE) return readHeader(index.bytes(row), 0);
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

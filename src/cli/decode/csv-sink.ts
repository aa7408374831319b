import { hexId } from "../../codec/registry.js";
import type { ItemSink } from "./item-sink.js";

const columns = [
  "seq",
  "time",
  "from",
  "to",
  "dir",
  "offset",
  "length",
  "command_id",
  "command",
  "seq_num",
  "message",
  "text",
  "error",
  "body",
] as const;

/** RFC 4180 with a header row; the body as JSON in its last column. What peers wrote is no formula for a spreadsheet. */
export function csvSink(): ItemSink {
  let head = `${columns.join(",")}\r\n`;
  return {
    take: ({ record }) => {
      const { seq, time, conn, dir, offset, header, command, message, text, error, body } = record;
      const [from, to] = conn?.split(">") ?? [null, null];
      const values: readonly (string | number | null | undefined)[] = [
        seq,
        time,
        from,
        to,
        dir,
        offset,
        header?.length,
        header === null ? null : hexId(header.commandId),
        command,
        header?.seqNum,
        message,
        text,
        error?.message,
        body === null ? null : JSON.stringify(body),
      ];
      const row = `${head}${values.map(cell).join(",")}\r\n`;
      head = "";
      return row;
    },
    end: () => head,
  };
}

/** What makes a cell's text a formula; spreadsheets of Chinese and Japanese take the wide signs, too (OWASP: CSV injection). */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;

function cell(value: string | number | null | undefined): string {
  if (typeof value === "number") return String(value);
  const text = (value ?? "").replace(formulaStart, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

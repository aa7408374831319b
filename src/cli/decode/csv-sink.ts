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

/** RFC 4180 with a header row; the body as JSON in its last column. */
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

function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

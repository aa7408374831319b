import { pduJson, recordJson } from "../../codec/record/record-json.js";
import { type RecordTextOptions, recordHex, recordLine, recordTree } from "../../codec/record/record-text.js";
import type { Host } from "../host.js";
import type { ItemSink } from "./item-sink.js";

export const outputFormats = ["table", "tree", "json", "csv", "mermaid", "hex"] as const;
export type OutputFormat = (typeof outputFormats)[number];

export interface SinkOptions {
  readonly format: OutputFormat;
  readonly utc?: boolean;
  readonly key?: string;
}

/** The printer of a format; what only some formats need is loaded for them alone. */
export async function openPrinter(host: Host, { format, utc, key }: SinkOptions): Promise<ItemSink> {
  if (format === "csv") return (await import("./csv-sink.js")).csvSink();
  if (format === "mermaid") return (await import("./mermaid-sink.js")).mermaidSink();
  if (format === "json") return jsonSink(key);
  const options: RecordTextOptions = {
    isStyled: host.stdout.isStyled,
    isUtc: utc ?? false,
    ...(key === undefined ? {} : { textKey: key }),
  };
  const toText = format === "table" ? lineOnly : format === "tree" ? recordTree : recordHex;
  let previousTime: string | null = null;
  return {
    take: ({ record, bytes }) => {
      const text = toText(record, bytes, { ...options, previousTime });
      previousTime = record.time ?? previousTime;
      return `${text}\n`;
    },
  };
}

function jsonSink(textKey: string | undefined): ItemSink {
  const options = textKey === undefined ? {} : { textKey };
  return { take: (item) => (item.pdu === undefined ? recordJson(item.record) : pduJson(item.bytes, item, options)) };
}

function lineOnly(record: Parameters<typeof recordLine>[0], _: Buffer, options: RecordTextOptions): string {
  return recordLine(record, options);
}

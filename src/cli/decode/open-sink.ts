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
  // Changes when a reader of earlier lines would misunderstand later ones; schemas/decode-record.schema.json.
  if (format === "json") return { take: ({ record }) => `${JSON.stringify({ schemaVersion: 1, ...record })}\n` };
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

function lineOnly(record: Parameters<typeof recordLine>[0], _: Buffer, options: RecordTextOptions): string {
  return recordLine(record, options);
}

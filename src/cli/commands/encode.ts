import { Command, Option } from "commander";
import type { HeaderOverrides } from "../../codec/pdu.js";
import type { PduHeader } from "../../codec/pdu-header.js";
import { BodyJsonError, type JsonObject } from "../../codec/record/body-json.js";
import { type PduJsonOptions, pduFromJson } from "../../codec/record/pdu-from-json.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { readTextInput } from "../text-input.js";

interface EncodeOptions {
  readonly partial?: boolean;
  readonly key?: string;
  readonly header?: HeaderOverrides;
  readonly format: "hex" | "binary" | "base64" | "c";
}

const headerFields: Readonly<Record<string, number>> = {
  length: 0xffffffff,
  version: 0xffff,
  flag: 0xffff,
  serviceId: 0xffff,
  commandId: 0xffff,
  seqNum: 0xffff,
  reserved: 0xffff,
} satisfies Record<keyof PduHeader, number>;

export function encodeCommand(host: Host): Command {
  return new Command("encode")
    .description("Make PDU bytes from JSON, as `ttk decode --format json` prints it")
    .argument("[json...]", "one JSON object each; none, or -, reads stdin: one a line")
    .option("--partial", "leave out required fields that the JSON lacks")
    .option("--header <field=number...>", "override a header field, also with a lie: length=15", headerOverride)
    .option("--key <32 bytes>", "key for `text`, instead of the shipped one")
    .addOption(new Option("--format <format>", "how to print").choices(["hex", "binary", "base64", "c"]).default("hex"))
    .addHelpText(
      "after",
      `
Examples:
  $ ttk encode '{"command":"CID_OTHER_HEARTBEAT","header":{"seqNum":7}}'
  $ ttk encode '{"message":"IMMsgData","body":{"from_user_id":1,"to_session_id":2,"msg_id":0,"create_time":0,"msg_type":"MSG_TYPE_SINGLE_TEXT"},"text":"hello"}'
  $ ttk decode night.pcap --format json | ttk encode --format binary > stream.bin
  $ ttk encode --header length=15 '{"command":"0x0701"}' | xxd -r -p | nc 127.0.0.1 8000`,
    )
    .action(async (texts: readonly string[], options: EncodeOptions) => {
      const lines = texts.length === 0 || texts[0] === "-" ? (await readTextInput(host)).split("\n") : texts;
      for (const [index, line] of lines.entries()) {
        if (line.trim() === "") continue;
        host.stdout.write(print(encodeLine(line, index + 1, options), options.format));
        await host.stdout.drained();
      }
    });
}

function encodeLine(line: string, number: number, options: EncodeOptions): Buffer {
  const settings: PduJsonOptions = {
    partial: options.partial ?? false,
    ...(options.key === undefined ? {} : { textKey: options.key }),
    ...(options.header === undefined ? {} : { header: options.header }),
  };
  try {
    return pduFromJson(parseObject(line), settings);
  } catch (error) {
    if (error instanceof BodyJsonError || error instanceof RangeError)
      throw usageError(`JSON ${number}: ${error.message}`);
    throw error;
  }
}

function parseObject(line: string): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw new BodyJsonError(`not JSON: ${(error as Error).message}`);
  }
  throw new BodyJsonError("an object is expected");
}

function headerOverride(text: string, previous: HeaderOverrides | undefined): HeaderOverrides {
  const [field = "", number = ""] = text.split("=");
  const max = headerFields[field];
  const value = Number(number);
  if (max === undefined) throw usageError(`--header ${field}: not one of ${Object.keys(headerFields).join(", ")}`);
  if (number === "" || !Number.isInteger(value) || value < 0 || value > max) {
    throw usageError(`--header ${field}: a number from 0 to ${max} is expected, not "${number}"`);
  }
  return { ...previous, [field]: value };
}

function print(pdu: Buffer, format: EncodeOptions["format"]): string | Buffer {
  if (format === "binary") return pdu;
  if (format === "base64") return `${pdu.toString("base64")}\n`;
  if (format === "c") return `{ ${[...pdu].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", ")} };\n`;
  return `${pdu.toString("hex")}\n`;
}

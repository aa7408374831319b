import { Command, Option } from "commander";
import { type InputShape, inputShapes } from "../../codec/input/input-shape.js";
import type { PduRecord } from "../../codec/record/pdu-record.js";
import { recordLine, recordTree } from "../../codec/record/record-text.js";
import { usageError } from "../command-error.js";
import type { DecodeItem, DecodeSettings } from "../decode/decode-item.js";
import { decodeSources } from "../decode/decode-sources.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";

type Format = "tree" | "table" | "json";

interface DecodeOptions {
  readonly format: Format;
  readonly json?: boolean;
  readonly summary?: boolean;
  readonly key?: string;
  readonly port?: ReadonlySet<number>;
  readonly input?: InputShape;
  readonly strict?: boolean;
}

const KEY_SIZE = 32;

export function decodeCommand(host: Host): Command {
  return new Command("decode")
    .description("Tell what PDU bytes say: hex dumps in any shape, captures, raw streams")
    .argument("[input...]", "files, or hex itself; none, or -, reads stdin")
    .addOption(new Option("--format <format>", "how to print").choices(["tree", "table", "json"]).default("tree"))
    .option("--json", "the same as --format json: one object a line")
    .option("--summary", "the same as --format table: one line a PDU")
    .option("--key <32 bytes>", "key of message text, instead of the shipped one", textKey)
    .option("--port <port...>", "only connections with one of these ports", portValue)
    .addOption(new Option("--input <shape>", "what the text is, instead of guessing").choices(Object.keys(inputShapes)))
    .option("--strict", "exit 1 if anything could not be decoded")
    .addHelpText("after", examples)
    .action(async (inputs: readonly string[], options: DecodeOptions) => {
      const { errors, pdus } = await printAll(host, inputs, options);
      if (pdus === 0) throw usageError("no PDU in the input: nothing that begins with a 16-byte header, length first");
      if (errors > 0 && options.strict) host.exitCode = ExitCode.failed;
    });
}

const examples = `
Examples:
  $ ttk decode 00000010000100000007070100010000
  $ ttk decode "00 00 00 10 00 01 00 00 00 07 07 01 00 01 00 00"
  $ ttk decode night.pcap --summary
  $ ttk decode night.pcap --format json | jq 'select(.command == "CID_MSG_DATA") | .text'
  $ xxd core.bin | ttk decode
  $ pbpaste | ttk decode                 whatever shape was copied: xxd, hexdump -C, Wireshark, C array …

Remarks (what was skipped, other traffic, counts) go to stderr; -q leaves them out, -v adds what each input was taken for.`;

async function printAll(
  host: Host,
  inputs: readonly string[],
  options: DecodeOptions,
): Promise<{ errors: number; pdus: number }> {
  let [errors, pdus] = [0, 0];
  const format = options.json ? "json" : options.summary ? "table" : options.format;
  const print = printerFor(format, host.stdout.isStyled);
  const settings = { ...settingsFor(options), onlyJson: format === "json" };
  for await (const items of decodeSources(host, inputs, settings, options.input)) {
    let text = "";
    for (const item of items) {
      if (host.signal.aborted) break;
      if ("remark" in item) remark(host, item);
      else if ("line" in item) {
        pdus++;
        errors += item.isError ? 1 : 0;
        text += item.line;
      } else {
        pdus += item.record.header === null ? 0 : 1;
        errors += item.record.error === null ? 0 : 1;
        text += print(item.record);
      }
    }
    host.stdout.write(text);
    await host.stdout.drained();
    if (host.signal.aborted) {
      host.exitCode = ExitCode.interrupted;
      break;
    }
  }
  return { errors, pdus };
}

function remark(host: Host, item: Extract<DecodeItem, { remark: string }>): void {
  const wanted = item.isDetail ? host.verbosity === "verbose" : host.verbosity !== "quiet";
  if (wanted) host.stderr.write(`${item.remark}\n`);
}

function printerFor(format: Format, isStyled: boolean): (record: PduRecord) => string {
  // Changes when a reader of earlier lines would misunderstand later ones; schemas/decode-record.schema.json.
  if (format === "json") return (record) => `${JSON.stringify({ schemaVersion: 1, ...record })}\n`;
  const toText = format === "table" ? recordLine : recordTree;
  return (record) => `${toText(record, { isStyled })}\n`;
}

function settingsFor({ key, port }: DecodeOptions): DecodeSettings {
  let seq = 0;
  return {
    nextSeq: () => ++seq,
    ...(key === undefined ? {} : { textKey: key }),
    ...(port === undefined ? {} : { ports: port }),
  };
}

function textKey(text: string): string {
  if (Buffer.byteLength(text) === KEY_SIZE) return text;
  throw usageError(`--key: ${KEY_SIZE} bytes are expected, not ${Buffer.byteLength(text)}`);
}

function portValue(text: string, before: ReadonlySet<number> | undefined): ReadonlySet<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw usageError(`--port: a port is a number from 1 to 65535, not "${text}"`);
  return new Set([...(before ?? []), port]);
}

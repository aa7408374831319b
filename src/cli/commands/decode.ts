import { Command, Option } from "commander";
import { type InputShape, inputShapes } from "../../codec/input/input-shape.js";
import { usageError } from "../command-error.js";
import type { DecodeItem } from "../decode/decode-item.js";
import type { DecodeSettings } from "../decode/decode-settings.js";
import { decodeSources, openSources } from "../decode/decode-sources.js";
import { growHeapSlowly } from "../decode/heap-growth.js";
import type { ItemSink } from "../decode/item-sink.js";
import { LinkNumbers } from "../decode/link-numbers.js";
import { type OutputFormat, openPrinter, outputFormats } from "../decode/open-sink.js";
import { TextBatch } from "../decode/text-batch.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";

interface DecodeOptions {
  readonly format: OutputFormat;
  readonly json?: boolean;
  readonly summary?: boolean;
  readonly utc?: boolean;
  readonly key?: string;
  readonly filter?: string;
  readonly follow?: string;
  readonly stats?: boolean;
  readonly check?: boolean;
  readonly annotate?: boolean;
  readonly port?: ReadonlySet<number>;
  readonly input?: InputShape;
  readonly strict?: boolean;
}

interface Totals {
  pdus: number;
  selected: number;
  errors: number;
}

const KEY_SIZE = 32;

export function decodeCommand(host: Host): Command {
  return new Command("decode")
    .description("Tell what PDU bytes say: hex dumps in any shape, captures, raw streams")
    .argument("[input...]", "files, or hex itself; none, or -, reads stdin")
    .addOption(
      new Option(
        "--format <format>",
        "how to print; in csv a ' stands before text that a spreadsheet would take for a formula (= + - @ …)",
      )
        .choices(outputFormats)
        .default("tree"),
    )
    .option("--json", "the same as --format json: one object a line; with --stats and --check: their results as JSON")
    .option("--summary", "the same as --format table: one line a PDU")
    .option("--utc", "times in UTC instead of local time; JSON and CSV always have UTC")
    .option("--key <32 bytes>", "key of message text, instead of the shipped one", textKey)
    .option("--filter <expression>", "only records for which it holds, over the fields that --json shows")
    .option("--follow <user>", "only what one user (name or id) sent, got or caused, on every connection and server")
    .option("--stats", "counts, bytes and latencies by command, connection and user instead of PDUs")
    .option("--check", "which numbered requirements the capture violates; exit 1 for a MUST, with --strict for any")
    .addOption(
      new Option(
        "--annotate",
        "print text as it is, with the command's name behind each id, as in cmd:0x0103",
      ).conflicts(["stats", "check", "filter", "follow", "json", "summary"]),
    )
    .option("--port <port...>", "only connections with one of these ports", portValue)
    .addOption(new Option("--input <shape>", "what the text is, instead of guessing").choices(Object.keys(inputShapes)))
    .option("--strict", "exit 1 if anything could not be decoded or read")
    .addHelpText("after", examples)
    .action(async (inputs: readonly string[], options: DecodeOptions) => {
      if (options.annotate) return annotate(host, inputs);
      if (options.check && (options.filter !== undefined || options.follow !== undefined))
        throw usageError("--check looks at everything; --filter and --follow would hide what it needs");
      if (options.check && options.stats) throw usageError("--check and --stats are two questions; ask one at a time");
      await decodeAll(host, inputs, options);
    });
}

const examples = `
Examples:
  $ ttk decode 00000010000100000007070100010000
  $ ttk decode "00 00 00 10 00 01 00 00 00 07 07 01 00 01 00 00"
  $ ttk decode night.pcap --summary
  $ ttk decode night.pcap --format json | jq 'select(.command == "CID_MSG_DATA") | .text'
  $ ttk decode night.pcap --filter 'command == "CID_MSG_DATA" && body.to_session_id == 7'
  $ ttk decode night.pcap --follow user5 --format mermaid
  $ ttk decode night.pcap --stats
  $ ttk decode night.pcap --check        violates LGN-12 at packet 417 …
  $ ttk decode --annotate msg_server.log names behind the ids of a server's log
  $ xxd core.bin | ttk decode
  $ pbpaste | ttk decode                 whatever shape was copied: xxd, hexdump -C, Wireshark, C array …

Filters: == != < <= > >= =~ /regex/ in contains && || ! ( ), over seq, time, conn, dir, offset, header.*, command, message,
body.*, text, attach.*, unknownFields, error.*; numbers also as 0x…; a list matches when one of its elements does.

Remarks (what was skipped, other traffic, counts) go to stderr; -q leaves them out, -v adds what each input was taken for.`;

async function decodeAll(host: Host, inputs: readonly string[], options: DecodeOptions): Promise<void> {
  const selection = await selectionFor(options);
  const { sink, hasFailed } = await sinkFor(host, options);
  const totals: Totals = { pdus: 0, selected: 0, errors: 0 };
  const countsErrors = options.strict === true;
  host.outlivesReader ||= countsErrors || options.check === true;
  const show = (item: Exclude<DecodeItem, { remark: string }>): string => {
    totals.selected++;
    const text = sink.take(item);
    // Only who asks pays for decoding what is not printed.
    if (countsErrors && item.record.error !== null) totals.errors++;
    return text;
  };
  const take = (item: Exclude<DecodeItem, { remark: string }>): string => {
    totals.pdus += item.pdu === undefined && item.record.header === null ? 0 : 1;
    return selection === undefined ? show(item) : selection.take(item).map(show).join("");
  };
  const problems = await readAll(host, inputs, options, take);
  const rest = selection?.end().map(show).join("") ?? "";
  if (totals.pdus > 0 && totals.selected > 0) host.stdout.write(rest + (sink.end?.() ?? ""));
  if (host.signal.aborted) {
    host.exitCode = ExitCode.interrupted;
    return;
  }
  if (totals.pdus === 0)
    throw usageError(
      "no PDU in the input: nothing that begins with a 16-byte header, length first (in a capture: behind TCP)",
    );
  if (totals.selected === 0) throw usageError(`none of ${totals.pdus} PDUs is selected${selection?.hint() ?? ""}`);
  if (totals.errors > 0 || (countsErrors && problems > 0) || hasFailed()) host.exitCode = ExitCode.failed;
}

/** @returns how many parts of files could not be read */
async function readAll(
  host: Host,
  inputs: readonly string[],
  options: DecodeOptions,
  take: (item: Exclude<DecodeItem, { remark: string }>) => string,
): Promise<number> {
  growHeapSlowly();
  let problems = 0;
  const batch = new TextBatch();
  for await (const items of decodeSources(host, inputs, settingsFor(options), options.input)) {
    for (const item of items) {
      if (host.signal.aborted) break;
      if ("remark" in item) {
        remark(host, item);
        if (item.isProblem) problems++;
      } else batch.add(take(item));
      if (!batch.isFull) continue;
      host.stdout.write(batch.take());
      await host.stdout.drained();
    }
    if (!batch.isEmpty) host.stdout.write(batch.take());
    await host.stdout.drained();
    if (host.signal.aborted) break;
  }
  return problems;
}

async function selectionFor({ filter, follow }: DecodeOptions) {
  if (filter === undefined && follow === undefined) return undefined;
  return (await import("../decode/select-items.js")).openSelection(filter, follow);
}

async function sinkFor(host: Host, options: DecodeOptions): Promise<{ sink: ItemSink; hasFailed: () => boolean }> {
  const never = () => false;
  if (options.stats) {
    return { sink: (await import("../decode/stats-sink.js")).statsSink(options.json ?? false), hasFailed: never };
  }
  if (options.check) {
    const { CheckSink } = await import("../decode/check-sink.js");
    const sink = new CheckSink({
      asJson: options.json ?? false,
      isStyled: host.stdout.isStyled,
      isVerbose: host.verbosity === "verbose",
    });
    return { sink, hasFailed: () => sink.hasViolations(options.strict ? "should" : "must") };
  }
  const format = options.json ? "json" : options.summary ? "table" : options.format;
  return { sink: await openPrinter(host, { ...options, format }), hasFailed: never };
}

async function annotate(host: Host, inputs: readonly string[]): Promise<void> {
  const { annotatedText } = await import("../decode/annotate-text.js");
  for (const source of openSources(host, inputs)) {
    for await (const text of annotatedText(source)) {
      host.stdout.write(text);
      await host.stdout.drained();
      if (host.signal.aborted) {
        host.exitCode = ExitCode.interrupted;
        return;
      }
    }
  }
}

function remark(host: Host, item: Extract<DecodeItem, { remark: string }>): void {
  const wanted = item.isDetail ? host.verbosity === "verbose" : host.verbosity !== "quiet";
  if (wanted) host.stderr.write(`${item.remark}\n`);
}

function settingsFor({ key, port }: DecodeOptions): DecodeSettings {
  let seq = 0;
  return {
    nextSeq: () => ++seq,
    links: new LinkNumbers(),
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

import { Command, InvalidArgumentError, Option } from "commander";
import { clientTypes } from "../../client/client-type.js";
import { type PduDirection, type PduRecord, recordOf } from "../../codec/record/pdu-record.js";
import { recordLine, recordTree } from "../../codec/record/record-text.js";
import { type Address, formatAddress } from "../../net/address.js";
import type { PduLink } from "../../net/pdu-link.js";
import { usageError } from "../command-error.js";
import { isoTime } from "../decode/iso-time.js";
import { type EncodeSettings, encodeJsonLine, encodeShortForm } from "../encode/encode-pdus.js";
import { readHeaderWords } from "../encode/header-words.js";
import { type PduFormat, pduFormats, pduText } from "../encode/pdu-text.js";
import type { SendOutcome } from "../encode/send-pdus.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import { durationValue } from "../load/duration-value.js";
import { addressValue, textKeyValue } from "../option-values.js";
import { readTextInput } from "../text-input.js";

interface EncodeOptions {
  readonly partial?: boolean;
  readonly key?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly format: PduFormat;
  readonly json?: boolean;
  readonly send?: Address;
  readonly login?: { readonly user: string; readonly password: string };
  readonly clientType: keyof typeof clientTypes;
  readonly wait: number;
}

export function encodeCommand(host: Host): Command {
  return new Command("encode")
    .description("Make PDU bytes: from `Message field=value …`, or from JSON as `ttk decode --format json` prints it")
    .argument(
      "[what...]",
      "a message, command or id and its fields; or JSON objects; none, or -, reads JSON from stdin",
    )
    .option("--header <field=number...>", "set header fields, also to a lie: length=15, length=+4", collected)
    .option("--partial", "leave out required fields that are not given")
    .option("--body <value>", "these bytes as the body, whatever they say: hex:…, base64:…, @file")
    .option("--key <32 bytes>", "key of message text, instead of the shipped one", textKeyValue)
    .addOption(new Option("--format <format>", "how to print").choices(pduFormats).default("hex"))
    .option("--send <host:port>", "send to a server instead, and print what it answers", addressValue)
    .option("--login <user:password>", "log in first", loginValue)
    .addOption(
      new Option("--client-type <type>", "as which device to log in")
        .choices(Object.keys(clientTypes))
        .default("windows"),
    )
    .addOption(
      new Option("--wait <time>", "give up after so long without an answer")
        .argParser(durationValue)
        .default(1000, "1s"),
    )
    .option("--json", "answers as JSON, one object a line; without --send, bytes as JSON")
    .addHelpText("after", examples)
    .action(async (words: readonly string[], options: EncodeOptions) => {
      const pdus = await encodeAll(host, words, options);
      if (options.send === undefined) await print(host, pdus, options);
      else await send(host, options.send, pdus, options);
    });
}

const examples = `
Values: numbers also as 0x1f; enums by name, a part of one (ios, online) or number; lists by naming a field again or
as [1,2]; fields of a message as user_stat.status=online, of a list as msg_list[0].msg_id=1. In strings and bytes:
  md5:secret     what a client sends as the password          hex:0a0b  base64:Cgs=  @file    those bytes
  text:hello     encrypted message text                       plain:md5:x                     exactly md5:x

Examples:
  $ ttk encode IMLoginReq user_name=user1 password=md5:secret online_status=online client_type=ios
  $ ttk encode IMMsgData from_user_id=1 to_session_id=2 msg_id=0 create_time=0 msg_type=single_text msg_data=text:hello
  $ ttk encode '{"command":"CID_OTHER_HEARTBEAT","header":{"seqNum":7}}'
  $ ttk encode 0x0701 --header length=15 --format c
  $ ttk encode 0x0103 --body hex:0a05 --send 127.0.0.1:8000
  $ ttk encode IMClientTimeReq --send 127.0.0.1:8000 --login user1:secret
  $ ttk decode night.pcap --format json | ttk encode --format binary > stream.bin

With --send: exit 1 if a valid request got no answer, 3 if the server cannot be reached or refuses the login.`;

async function encodeAll(host: Host, words: readonly string[], options: EncodeOptions): Promise<readonly Buffer[]> {
  const header = readHeaderWords(options.header ?? []);
  const what = [...words, ...header.rest];
  const settings: EncodeSettings = {
    partial: options.partial ?? false,
    header,
    cwd: host.cwd,
    ...(options.body === undefined ? {} : { body: options.body }),
    ...(options.key === undefined ? {} : { textKey: options.key }),
    // An answer is told from a notification by its seq_num, which must not be 0 then (FRM-14).
    ...(options.send === undefined ? {} : { seqNumOf: (index: number) => (index % 0xfffe) + 1 }),
  };
  const [first] = what;
  if (first !== undefined && first !== "-" && !first.trimStart().startsWith("{")) {
    return [encodeShortForm(what, settings)];
  }
  if (options.body !== undefined)
    throw usageError("--body: name the command that carries it, as in ttk encode 0x0103 --body hex:0a05");
  const lines = first === undefined || first === "-" ? (await readTextInput(host)).split("\n") : what;
  const pdus = lines.flatMap((line, index) => (line.trim() === "" ? [] : [encodeJsonLine(line, index, settings)]));
  if (pdus.length === 0)
    throw usageError("nothing to encode: give a message and its fields, or JSON (ttk encode --help)");
  return pdus;
}

async function print(host: Host, pdus: readonly Buffer[], options: EncodeOptions): Promise<void> {
  for (const [index, pdu] of pdus.entries()) {
    const json = options.json ? `${JSON.stringify({ hex: pdu.toString("hex"), length: pdu.length })}\n` : undefined;
    host.stdout.write(json ?? pduText(pdu, options.format, index + 1));
    await host.stdout.drained();
  }
}

async function send(host: Host, to: Address, pdus: readonly Buffer[], options: EncodeOptions): Promise<void> {
  const { sendPdus } = await import("../encode/send-pdus.js");
  let seq = 0;
  const record = (pdu: Buffer, dir: PduDirection, link: PduLink): PduRecord => {
    const [local, remote] = [formatAddress(link.local), formatAddress(link.remote)];
    const conn = dir === "c2s" ? `${local}>${remote}` : `${remote}>${local}`;
    const time = isoTime(BigInt(Math.round(host.clock.nowMs())) * 1_000_000n);
    const textOptions = options.key === undefined ? {} : { textKey: options.key };
    return recordOf(pdu, { seq: dir === "c2s" ? 0 : ++seq, time, conn, dir, offset: 0 }, textOptions);
  };
  const outcome = await sendPdus({
    to,
    pdus,
    login: options.login === undefined ? undefined : { ...options.login, clientType: options.clientType },
    waitMs: options.wait,
    signal: host.signal,
    onSent: (pdu, link) => {
      if (host.verbosity === "quiet") return;
      host.stderr.write(`sent: ${recordLine(record(pdu, "c2s", link), host.stderr).replace(/^\S*#0\S*\s+/, "")}\n`);
    },
    onAnswer: (pdu, link) => {
      const answer = record(pdu, "s2c", link);
      host.stdout.write(`${options.json ? JSON.stringify(answer) : recordTree(answer, pdu, host.stdout)}\n`);
    },
  });
  if (outcome.ended === "interrupted") host.exitCode = ExitCode.interrupted;
  else if (outcome.unanswered.length > 0 && !isBroken(options)) host.exitCode = ExitCode.failed;
  const how = endingOf(outcome, options.wait);
  const missing = outcome.unanswered.map((request) => `no answer to ${request}`);
  if (missing.length > 0) host.stderr.write(`${[...missing, how].join("; ")}\n`);
  else if (outcome.answers === 0 && host.verbosity !== "quiet") host.stderr.write(`nothing came back: ${how}\n`);
}

function endingOf({ ended, broken }: SendOutcome, waitMs: number): string {
  if (broken !== undefined) return `what came is no PDU: ${broken}`;
  return ended === "closed" ? "the server closed the connection" : `${waitMs} ms of silence`;
}

/** Nobody owes an answer to a PDU that was broken on purpose. */
function isBroken({ partial, body, header }: EncodeOptions): boolean {
  return partial === true || body !== undefined || (header ?? []).some((word) => /^length=/i.test(word));
}

function collected(word: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), word];
}

function loginValue(text: string): { user: string; password: string } {
  const colon = text.indexOf(":");
  if (colon < 1) throw new InvalidArgumentError("Expected user:password.");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

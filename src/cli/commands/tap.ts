import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { BodyJsonError } from "../../codec/record/body-json.js";
import type { FieldTextOptions } from "../../codec/record/field-text.js";
import { type Address, formatAddress, parseAddress } from "../../net/address.js";
import { ListenError } from "../../net/listen.js";
import { seededRandom } from "../../scenarios/load/random.js";
import { joinedObserver } from "../../tap/joined-observer.js";
import { parseRule } from "../../tap/parse-rule.js";
import { startTap, type Tap } from "../../tap/start-tap.js";
import { RuleError, type TapRule } from "../../tap/tap-rule.js";
import { type RecordedSide, TrafficRecording } from "../../tap/traffic-recording.js";
import { blockedError, usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { durationValue } from "../load/duration-value.js";
import { addressValues, countValue, textKeyValue } from "../option-values.js";
import { LiveDecode } from "../tap/live-decode.js";
import { RecordingFile } from "../tap/recording-file.js";
import { readRuleFile } from "../tap/rule-file.js";
import { tapSummary, tapSummaryJson } from "../tap/tap-summary.js";

interface TapCommandOptions {
  readonly listen?: readonly Address[];
  readonly to?: readonly Address[];
  readonly rule?: readonly string[];
  readonly rules?: string;
  readonly record?: string;
  readonly recordSide: RecordedSide | "both";
  readonly seed: number;
  readonly key?: string;
  readonly duration?: number;
  readonly json?: boolean;
}

const SEED_MAX = 0xffffffff;

export function tapCommand(host: Host): Command {
  return new Command("tap")
    .description("Pass connections on to a server, and show, record or disturb what passes")
    .option("--listen <host:port...>", "where clients connect instead; port 0 takes a free one", listenValues)
    .option("--to <host:port...>", "the server; several for one --listen are used in turn", addressValues)
    .option("--rule <rule...>", "disturb: an action, then conditions; several apply in order", collected)
    .option("--rules <file>", "more rules, from YAML or JSON")
    .option("--record <file.pcapng>", "write what passes to a capture file")
    .addOption(
      new Option("--record-side <side>", "what to record: clients' connections, the servers', or both")
        .choices(["client", "server", "both"])
        .default("client"),
    )
    .option("--seed <n>", "of the chances in rules", countValue(0, SEED_MAX), 1)
    .option("--key <32 bytes>", "key of message text, instead of the shipped one", textKeyValue)
    .option("--duration <time>", "stop after so long", durationValue)
    .option("--json", "one JSON object a line: first the addresses, then each PDU, at the end the counts")
    .addHelpText("after", examples)
    .action((options: TapCommandOptions) => run(host, options));
}

const examples = `
Rules: an action, then conditions that must all hold.
  drop                          delay 200ms | 100ms..300ms       duplicate [copies]
  set body.msg_id=1 header.seqNum=7                              unset body.msg_id
  split [bytes [gap]]           throttle 10KB/s                  reorder [behind [within]]
  cut [bytes that pass] [reset|close]                            stall 1.4s [connection|all]
  command=CID_MSG_DATA,0x0302,CID_GROUP_*  dir=c2s|s2c  conn=3  body.to_session_id=7  header.seqNum=9
  nth=3  after=100  every=10  times=5  probability=0.1|10%  per=connection

Examples:
  $ ttk tap --listen :9000 --to 10.0.0.5:8000
  $ ttk tap --listen :9000 --to 10.0.0.5:8000 --record night.pcapng -q
  $ ttk tap --listen :9000 --to :8000 --rule 'drop command=CID_MSG_DATA dir=s2c nth=3' 'delay 200ms command=0x0302'
  $ ttk tap --listen :9000 --to :8000 --rule 'set body.msg_id=1 command=CID_MSG_DATA probability=0.1' --seed 7
  $ ttk tap --listen :9200 --to :8200 --listen :9600 --to :10600 --json | jq .command

A rule holds each PDU until it is whole; without rules bytes pass as they come. What is no PDU (HTTP, noise) passes untouched.
The recording has real addresses, ports, times and bytes; its Ethernet, IP and TCP headers are made up around them.`;

async function run(host: Host, options: TapCommandOptions): Promise<void> {
  const pairs = pairsOf(options.listen ?? [], options.to ?? []);
  const fieldText = fieldTextOptions(host, options);
  const rules = [
    ...(options.rule ?? []).map((text) => ruleOption(text, fieldText)),
    ...(options.rules === undefined ? [] : readRuleFile(options.rules, host.cwd, fieldText)),
  ];
  // The wall clock in fractions of a millisecond: the order of packets must show in their times.
  const startedMs = host.clock.nowMs() - performance.now();
  const wallMs = () => startedMs + performance.now();
  const live = new LiveDecode(host, {
    format: host.verbosity === "quiet" ? "none" : options.json ? "json" : "table",
    rules,
    wallMs,
    ...(options.key === undefined ? {} : { textKey: options.key }),
  });
  const file = options.record === undefined ? undefined : new RecordingFile(options.record, host.cwd);
  const sides: readonly RecordedSide[] = options.recordSide === "both" ? ["client", "server"] : [options.recordSide];
  const recordings = file === undefined ? [] : [new TrafficRecording(sides, wallMs, (bytes) => file.write(bytes))];
  const taps: Tap[] = [];
  try {
    const observer = joinedObserver([live, ...recordings]);
    let connections = 0;
    for (const [index, { listen, to }] of pairs.entries()) {
      const random = seededRandom(options.seed + index).next;
      taps.push(
        await startTap({ listen, to, rules, random, observer, fieldText, nextConnectionId: () => ++connections }),
      );
    }
    announce(host, taps, pairs, options);
    await untilStopped(host, options.duration);
  } catch (error) {
    if (error instanceof ListenError) throw blockedError(error.message);
    throw error;
  } finally {
    await Promise.all(taps.map((tap) => tap.stop()));
    file?.close();
  }
  report(host, taps, live, file, options);
}

interface TapPair {
  readonly listen: Address;
  readonly to: readonly Address[];
}

/** One --listen takes all of --to in turn; several --listen go with as many --to, or all to the one. */
function pairsOf(listens: readonly Address[], tos: readonly Address[]): readonly TapPair[] {
  const [listen] = listens;
  if (listen === undefined || tos.length === 0)
    throw usageError("--listen and --to are needed: where clients come, and where they go");
  if (listens.length === 1) return [{ listen, to: tos }];
  if (tos.length === 1) return listens.map((each) => ({ listen: each, to: tos }));
  if (tos.length !== listens.length) {
    throw usageError(
      `${listens.length} --listen do not fit ${tos.length} --to: give as many of each, or one of either`,
    );
  }
  return listens.map((each, index) => ({ listen: each, to: [tos[index] as Address] }));
}

function announce(host: Host, taps: readonly Tap[], pairs: readonly TapPair[], options: TapCommandOptions): void {
  const all = taps.map(({ address }, index) => ({
    listen: formatAddress(address),
    to: (pairs[index]?.to ?? []).map(formatAddress),
  }));
  if (options.json) host.stdout.write(`${JSON.stringify({ ready: true, taps: all })}\n`);
  else for (const { listen, to } of all) host.stderr.write(`${listen} passes on to ${to.join(", ")}; Ctrl-C ends\n`);
}

function report(
  host: Host,
  taps: readonly Tap[],
  live: LiveDecode,
  file: RecordingFile | undefined,
  options: TapCommandOptions,
): void {
  if (options.json) host.stdout.write(tapSummaryJson(taps));
  else host.stderr.write(tapSummary(taps));
  if (live.leftOut > 0) host.stderr.write(`${live.leftOut} lines were left out: they were not read fast enough\n`);
  if (file?.problem !== undefined) throw blockedError(file.problem);
}

function untilStopped({ signal }: Host, durationMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = durationMs === undefined ? undefined : setTimeout(resolve, durationMs);
    const stopped = () => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) stopped();
    else signal.addEventListener("abort", stopped, { once: true });
  });
}

function ruleOption(text: string, options: FieldTextOptions): TapRule {
  try {
    return parseRule(text, options);
  } catch (error) {
    if (error instanceof RuleError) throw usageError(`--rule "${text}": ${error.message}`);
    throw error;
  }
}

function fieldTextOptions(host: Host, { key }: TapCommandOptions): FieldTextOptions {
  return {
    ...(key === undefined ? {} : { textKey: key }),
    readFile: (path) => {
      try {
        return readFileSync(resolve(host.cwd, path));
      } catch (error) {
        throw new BodyJsonError(`@${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
    },
  };
}

function listenValues(text: string, before: readonly Address[] | undefined): readonly Address[] {
  const isFree = /:0$/.test(text);
  const address = parseAddress(isFree ? text.replace(/0$/, "1") : text);
  if (address === undefined) throw new InvalidArgumentError("Expected host:port, as in 127.0.0.1:9000 or :0.");
  return [...(before ?? []), isFree ? { ...address, port: 0 } : address];
}

function collected(word: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), word];
}

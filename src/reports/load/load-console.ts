import { HEADER_SIZE, readCommandId } from "../../codec/pdu-header.js";
import { fieldLabel } from "../../codec/record/annotated-hex.js";
import { pduFields } from "../../codec/record/pdu-fields.js";
import { escapeControls } from "../../codec/record/printable.js";
import { textStyle } from "../../codec/record/text-style.js";
import { commandById, hexId } from "../../codec/registry.js";
import type { DeliveryWitness, LoadResult, WitnessPdu } from "../../runner/load/load-result.js";
import { containedIn } from "../../runner/load/metrics/metric-content.js";
import type { MetricResult, TrendResult } from "../../runner/load/metrics/metrics.js";
import { findMaxLines } from "./find-max-lines.js";
import { outputLines } from "./output-lines.js";
import { count, duration, seconds, share, size, trendText } from "./quantity.js";
import { scriptLines } from "./script-lines.js";
import { thresholdText } from "./threshold-text.js";

const trendRows: ReadonlyArray<readonly [title: string, metric: string]> = [
  ["connect", "connect_duration"],
  ["log in", "login_duration"],
  ["pull", "pull_duration"],
  ["message acked", "msg_ack_duration"],
  ["  from its sending", "msg_ack_duration_uncorrected"],
  ["message delivered", "msg_delivery_duration"],
  ["  from its sending", "msg_delivery_duration_uncorrected"],
  ["group delivered", "group_delivery_duration"],
  ["  from its sending", "group_delivery_duration_uncorrected"],
  ["heartbeat", "heartbeat_duration"],
  ["  from its sending", "heartbeat_duration_uncorrected"],
  ["catch up", "catchup_duration"],
  ["iteration", "iteration_duration"],
];
/** Has a line of its own. */
const LAG = "event_loop_lag";
const usualStats: ReadonlyArray<readonly [title: string, read: (trend: TrendResult) => number]> = [
  ["count", (trend) => trend.count],
  ["p50", (trend) => trend.p50],
  ["p90", (trend) => trend.p90],
  ["p99", (trend) => trend.p99],
  ["p99.9", (trend) => trend.p999],
  ["max", (trend) => trend.max],
];
const TITLE_WIDTH = 20;
/** With the title 80 columns: as wide as the narrowest terminal that is common. */
const COLUMN_WIDTH = 10;
const WITNESSES_SHOWN = 5;
const HEX_SHOWN_BYTES = 160;
const pduWords = { sent: "sent by", ack: "acknowledged to", received: "received by" } as const;

/** The end of a run for people: what was done, how long it took, what became of every message, and the verdict. */
export function loadConsole(result: LoadResult): string {
  return [
    ...heading(result),
    "",
    ...latencies(result),
    "",
    ...accounts(result),
    "",
    ...scriptLines(result),
    ...result.parts.flatMap(({ name, findMax }) => (findMax === null ? [] : [...findMaxLines(name, findMax), ""])),
    ...outputLines(result),
    ...thresholdLines(result),
    ...verdict(result),
    "",
  ]
    .map(escapeControls)
    .join("\n");
}

function heading(result: LoadResult): string[] {
  const { scenario, users, devicesOnline, processes, targets, rampUpMs, steadyMs, drainMs, seed } = result;
  return [
    `${scenario}: ${count(users)} users, ${count(devicesOnline)} devices online at ${targets.join(", ") || "no server"}`,
    `ramp-up ${seconds(rampUpMs)}, steady ${seconds(steadyMs)}, drain ${seconds(drainMs)}, seed ${seed}${processes > 1 ? `, ${processes} processes` : ""}`,
  ];
}

/** A scenario file's own trends come last; its `summaryTrendStats` are the columns, as in k6. */
function latencies({ metrics, summaryTrends }: LoadResult): string[] {
  const stats = summaryTrends?.stats ?? usualStats.map(([title]) => title);
  const known = trendRows.map(([, name]) => name);
  const own = Object.keys(metrics).filter((name) => name !== LAG && !name.includes("{") && !known.includes(name));
  const rows = [...trendRows, ...own.map((name) => [name, name] as const)].flatMap(([title, name]) => {
    const trend = metrics[name];
    if (trend?.type !== "trend") return [];
    const values =
      summaryTrends?.values[name] ?? Object.fromEntries(usualStats.map(([stat, read]) => [stat, read(trend)]));
    const contains = containedIn(name, trend);
    const text = (stat: string, value = 0) => (stat === "count" ? count(value) : trendText(value, contains));
    return [
      line(
        title,
        stats.map((stat) => text(stat, values[stat])),
      ),
    ];
  });
  return [line("", stats), ...rows];
}

function line(title: string, cells: readonly string[]): string {
  return title.padEnd(TITLE_WIDTH) + cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join("");
}

function accounts({ delivery, metrics, health, steadyMs }: LoadResult): string[] {
  const { sent, acked, unacked, abandoned, expectedDeliveries, delivered, unjudged } = delivery;
  const perSecond = steadyMs > 0 ? (acked * 1000) / steadyMs : 0;
  const unknown = (value: number, what: string) => (value > 0 ? `, ${count(value)} ${what}` : "");
  return [
    `messages    ${count(sent)} sent, ${count(acked)} acked (${count(perSecond)}/s), ${count(unacked)} never acked` +
      unknown(abandoned, "cut off before their ack"),
    `deliveries  ${count(expectedDeliveries)} expected, ${count(delivered)} delivered, ${count(delivery.lost)} lost` +
      unknown(unjudged, "cannot be judged (disconnected)"),
    `            ${count(delivery.duplicated)} duplicated, ${count(delivery.reordered)} reordered, ` +
      `${count(delivery.corrupted)} corrupted, ${count(delivery.misdelivered)} misdelivered`,
    ...sessionLines(delivery),
    `traffic     ${count(countOf(metrics.pdus_sent))} PDUs (${size(countOf(metrics.bytes_sent))}) out, ` +
      `${count(countOf(metrics.pdus_received))} PDUs (${size(countOf(metrics.bytes_received))}) in, ` +
      `${count(countOf(metrics.errors))} errors, ${count(countOf(metrics.kicks))} kicks`,
    `generator   ${share(health.busyShare)} busy, ${duration(health.eventLoopLagP99Ms)} late at p99, ` +
      `${count(health.droppedIterations)} planned acts dropped`,
  ];
}

/** What servers keep of sessions, when it was looked at. */
function sessionLines(counts: LoadResult["delivery"]): string[] {
  const { readsExpected, readsTold, historyChecked, notInHistory, unreadChecked, unreadWrong, diverged } = counts;
  const reads = `read        ${count(readsTold)} of ${count(readsExpected)} read acks told to the user's other devices`;
  const apart = `            ${count(diverged)} told to one device of a user and not to the other`;
  const kept =
    `sessions    ${count(historyChecked)} acked messages looked for in history, ${count(notInHistory)} not there; ` +
    `${count(unreadChecked)} unread counts compared, ${count(unreadWrong)} wrong`;
  return [
    ...(readsExpected > 0 ? [reads] : []),
    ...(diverged > 0 ? [apart] : []),
    ...(historyChecked + unreadChecked > 0 ? [kept] : []),
  ];
}

function thresholdLines({ thresholds }: LoadResult): string[] {
  if (thresholds.length === 0) return [];
  const lines = thresholds.map((threshold) => {
    const verdict = threshold.ok ? "held" : "NOT HELD";
    return `${verdict.padEnd(13)}${threshold.metric} ${threshold.expression}  (${thresholdText(threshold)})`;
  });
  return [...lines, ""];
}

function verdict({ interrupted, abortedBy, failures, invalid, witnesses, delivery }: LoadResult): string[] {
  const lines: string[] = [];
  if (abortedBy !== null) lines.push(`ABORTED      ${abortedBy} did not hold; what follows is about what ran`);
  if (interrupted) lines.push("INTERRUPTED  the run ended early; what follows is about what ran");
  if (invalid.length > 0) lines.push(`NOT VALID    do not trust the latencies: ${invalid.join("; ")}`);
  if (failures.length === 0) {
    const held =
      delivery.sent > 0 ? "every message was acknowledged and delivered once, in order" : "no message was sent";
    return [...lines, `PASSED       ${held}`];
  }
  lines.push(`FAILED       ${failures.join(", ")}`);
  for (const witness of witnesses.slice(0, WITNESSES_SHOWN)) {
    lines.push(`             ${witnessLine(witness)}`);
    lines.push(...witness.pdus.flatMap(pduLines).map((line) => `               ${line}`));
  }
  if (witnesses.length > WITNESSES_SHOWN) {
    lines.push(`             and ${count(witnesses.length - WITNESSES_SHOWN)} more in the JSON report`);
  }
  return lines;
}

function witnessLine({
  kind,
  message,
  from,
  fromServer,
  to,
  device,
  deviceServer,
  msgId,
  sentAtMs,
  detail,
}: DeliveryWitness): string {
  const when = sentAtMs === null ? "" : ` sent at ${seconds(sentAtMs)}`;
  const where = device === null ? "" : `, at ${device} on ${deviceServer}`;
  if (detail !== null) return `${kind}: ${device} on ${deviceServer}, session ${to}, msg_id ${msgId}: ${detail}`;
  return `${kind}: message ${message} (msg_id ${msgId}) from ${from} on ${fromServer} to ${to}${when}${where}`;
}

/** What a PDU of a witness says, and its bytes, as far as a line has room. */
function pduLines({ what, device, server, length, hex }: WitnessPdu): string[] {
  const pdu = Buffer.from(hex, "hex");
  const commandId = pdu.length < HEADER_SIZE ? undefined : readCommandId(pdu, 0);
  const name = commandId === undefined ? "bytes" : (commandById(commandId)?.name ?? hexId(commandId));
  const fields = pduFields(pdu).filter(({ kind }) => kind !== "header");
  const said = fields.map((field) => fieldLabel(field, textStyle(false))).join(", ");
  const cut = length > HEX_SHOWN_BYTES ? ` … ${length} bytes` : "";
  return [
    `${pduWords[what]} ${device} on ${server}: ${name} ${said}`.trimEnd(),
    `  ${pdu.toString("hex", 0, HEX_SHOWN_BYTES)}${cut}`,
  ];
}

function countOf(metric: MetricResult | undefined): number {
  return metric?.type === "counter" ? metric.count : 0;
}

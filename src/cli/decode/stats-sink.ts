import {
  type CommandStats,
  type LatencySummary,
  type TrafficReport,
  TrafficStats,
} from "../../codec/analysis/traffic-stats.js";
import { Histogram } from "../../runner/load/metrics/histogram.js";
import type { ItemSink } from "./item-sink.js";

const LISTED_MAX = 20;

/** Counts instead of printing; says all of it at the end. */
export function statsSink(asJson: boolean): ItemSink {
  const stats = new TrafficStats(() => new Histogram());
  return {
    take: ({ pdu }) => {
      if (pdu === undefined) stats.skip();
      else stats.take(pdu);
      return "";
    },
    end: () => {
      const report = stats.report();
      return asJson ? `${JSON.stringify({ schemaVersion: 1, ...report })}\n` : statsText(report);
    },
  };
}

export function statsText(report: TrafficReport): string {
  const over = report.durationMs === null ? "" : ` in ${(report.durationMs / 1000).toFixed(3)} s`;
  const skipped = report.skipped === 0 ? "" : `, ${report.skipped} stretches that are no PDUs`;
  const lines = [`${report.pdus} PDUs, ${report.bytes} bytes${over}${skipped}`, "", ...commandTable(report.commands)];
  lines.push(
    ...section(
      "connections",
      report.connectionsTotal,
      report.connections,
      (each) =>
        `${`${each.client} > ${each.server}`.padEnd(46)} ${count(each.pdus)} PDUs ${count(each.bytes)} bytes  ${each.user ?? ""}`,
    ),
  );
  lines.push(
    ...section(
      "users",
      report.usersTotal,
      report.users,
      (each) =>
        `${`${each.id} ${each.name ?? ""}`.padEnd(46)} ${count(each.pdus)} PDUs ${count(each.bytes)} bytes  ${each.connections} connections`,
    ),
  );
  lines.push(
    ...section(
      "unanswered requests",
      report.unansweredTotal,
      report.unanswered,
      (each) => `#${each.seq}  ${each.dir ?? ""}  ${each.id}  ${each.command ?? "unknown command"}  seq ${each.seqNum}`,
    ),
  );
  lines.push(
    ...section(
      "kicks",
      report.kicksTotal,
      report.kicks,
      (each) =>
        `#${each.seq}${each.packet === null ? "" : `  packet ${each.packet}`}  user ${each.user}  ${each.reason}`,
    ),
  );
  lines.push(
    ...section(
      "message ids met twice",
      report.repeatedIdsTotal,
      report.repeatedIds,
      (each) => `#${each.seq}  session ${each.session}  msg_id ${each.msgId} ${each.what}`,
    ),
  );
  lines.push(
    ...section("message ids missing", report.missingIds.length, report.missingIds, ({ session, msgIds }) => {
      const more = msgIds.length > LISTED_MAX ? ` … ${msgIds.length - LISTED_MAX} more` : "";
      return `session ${session}  ${msgIds.slice(0, LISTED_MAX).join(", ")}${more}`;
    }),
  );
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function commandTable(commands: readonly CommandStats[]): string[] {
  const head = [
    "command",
    "PDUs",
    "bytes",
    "answered",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    "max ms",
    "elsewhere",
    "unanswered",
  ];
  const rows = commands.flatMap((each) => {
    const name = `${each.id} ${(each.command ?? "unknown command").replace(/^CID_/, "")}`;
    const first = each.clientLatency ?? each.serverLatency;
    const where = each.clientLatency === null ? " (servers)" : "";
    const unanswered = each.unanswered === 0 ? "" : String(each.unanswered);
    const elsewhere = each.elsewhereLatency === null ? "" : each.elsewhereLatency.p50Ms.toFixed(3);
    const own = [
      name + (first === null ? "" : where),
      String(each.pdus),
      String(each.bytes),
      ...latency(first),
      elsewhere,
      unanswered,
    ];
    if (each.clientLatency === null || each.serverLatency === null) return [own];
    return [own, ["  … between servers", "", "", ...latency(each.serverLatency), "", ""]];
  });
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0, column === 0)).join("  "));
}

function latency(summary: LatencySummary | null): string[] {
  if (summary === null) return ["", "", "", "", ""];
  const { p50Ms, p90Ms, p99Ms, maxMs } = summary;
  return [String(summary.count), ...[p50Ms, p90Ms, p99Ms, maxMs].map((ms) => ms.toFixed(3))];
}

function pad(text: string, width: number, isLeft: boolean): string {
  return isLeft ? text.padEnd(width) : text.padStart(width);
}

function count(value: number): string {
  return String(value).padStart(9);
}

function section<T>(title: string, total: number, entries: readonly T[], line: (entry: T) => string): string[] {
  if (total === 0) return [];
  const more = total > LISTED_MAX ? [`  … ${total - LISTED_MAX} more`] : [];
  return ["", `${title}: ${total}`, ...entries.slice(0, LISTED_MAX).map((entry) => `  ${line(entry)}`), ...more];
}

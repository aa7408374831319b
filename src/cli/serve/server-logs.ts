import { pino } from "pino";
import { escapeControls } from "../../codec/record/printable.js";
import { commandById, hexId } from "../../codec/registry.js";
import type { Clock } from "../../server/clock.js";
import type { RoleName } from "../../server/role-name.js";
import type { CommandEntry, NoteDetail, PduEntry, ServerLog } from "../../server/server-log.js";
import type { LogKind, LogTail } from "../../tui/serve/log-tail.js";

/** Where log lines go, each with its newline. */
export interface LineSink {
  write(text: string): void;
}

export interface LogChoice {
  /** A line for each command that is received. */
  readonly commands: boolean;
  /** A line for each PDU, in hex. */
  readonly pdus?: boolean;
}

/** JSON lines (OBS-01): `{"level":"info","time":"…","role":"msg","event":"command","peer":…,"userId":…,"commandId":"0x0301",…}`; trouble is of level `warn`. */
export function jsonServerLog(sink: LineSink, clock: Clock, options: LogChoice): ServerLog {
  const log = pino(
    {
      base: null,
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return {
    command: options.commands
      ? ({ role, peer, userId, commandId, seqNum, length }) =>
          log.info({
            role,
            event: "command",
            peer,
            userId,
            commandId: hexId(commandId),
            command: nameOf(commandId),
            seqNum,
            length,
          })
      : undefined,
    ...(options.pdus
      ? {
          pdu: ({ role, peer, direction, bytes }: PduEntry) =>
            log.info({ role, event: "pdu", peer, direction, hex: bytes.toString("hex") }),
        }
      : {}),
    note: (role, text, detail) => log.info({ role, event: "note", text, ...detail }),
    trouble: (role, text, detail) => log.warn({ role, event: "note", text, ...detail }),
  };
}

/** The same for people: `02:23:35.120 msg 127.0.0.1:51234 user 7 0x0301 CID_MSG_DATA seq 4 length 70`. */
export function textServerLog(sink: LineSink, clock: Clock, options: LogChoice): ServerLog {
  const write = (text: string) => sink.write(`${timeText(clock.nowMs())} ${escapeControls(text)}\n`);
  return {
    command: options.commands ? (entry) => write(commandText(entry)) : undefined,
    ...(options.pdus ? { pdu: (entry: PduEntry) => write(pduText(entry)) } : {}),
    note: (role, text, detail) => write(noteText(role, text, detail)),
    trouble: (role, text, detail) => write(noteText(role, text, detail)),
  };
}

/** The same lines for the live view, which makes text of those that it shows. */
export function tailServerLog(tail: LogTail, clock: Clock, options: Pick<LogChoice, "pdus">): ServerLog {
  const add = (kind: LogKind, text: () => string) => {
    const timeMs = clock.nowMs();
    tail.add({ kind, text: () => `${timeText(timeMs)} ${text()}` });
  };
  const command = (entry: CommandEntry) => add("commands", () => commandText(entry));
  const pdu = (entry: PduEntry) => {
    if (tail.wants("pdus")) add("pdus", () => pduText(entry));
  };
  return {
    get command() {
      return tail.wants("commands") ? command : undefined;
    },
    ...(options.pdus ? { pdu } : {}),
    note: (role, text, detail) => add("notes", () => noteText(role, text, detail)),
    trouble: (role, text, detail) => add("notes", () => noteText(role, text, detail)),
  };
}

/** What the live view's keys have done to the servers, among their notes: `02:23:35.120 key kicked user7 from msg 1`. */
export function actionLog(tail: LogTail, clock: Clock): (text: string) => void {
  return (text) => {
    const timeMs = clock.nowMs();
    tail.add({ kind: "notes", text: () => `${timeText(timeMs)} key ${text}` });
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

function commandText({ role, peer, userId, commandId, seqNum, length }: CommandEntry): string {
  return `${role} ${peer} user ${userId} ${hexId(commandId)} ${nameOf(commandId)} seq ${seqNum} length ${length}`;
}

function pduText({ role, peer, direction, bytes }: PduEntry): string {
  return `${role} ${peer} ${direction} ${bytes.toString("hex")}`;
}

function noteText(role: RoleName, text: string, detail: NoteDetail = {}): string {
  const facts = Object.entries(detail).map(([name, value]) => ` ${name} ${value}`);
  return `${role} ${text}${facts.join("")}`;
}

function nameOf(commandId: number): string {
  return commandById(commandId)?.name ?? "unknown";
}

import { pino } from "pino";
import { commandById, hexId } from "../../codec/registry.js";
import type { Clock } from "../../server/clock.js";
import type { CommandEntry, PduEntry, ServerLog } from "../../server/server-log.js";

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

/** JSON lines (OBS-01): `{"level":"info","time":"…","role":"msg","event":"command","peer":…,"userId":…,"commandId":"0x0301",…}`. */
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
  };
}

/** The same for people: `02:23:35.120 msg 127.0.0.1:51234 user 7 0x0301 CID_MSG_DATA seq 4 length 70`. */
export function textServerLog(sink: LineSink, clock: Clock, options: LogChoice): ServerLog {
  const time = () => new Date(clock.nowMs()).toISOString().slice(11, 23);
  const line = ({ role, peer, userId, commandId, seqNum, length }: CommandEntry) =>
    `${time()} ${role} ${peer} user ${userId} ${hexId(commandId)} ${nameOf(commandId)} seq ${seqNum} length ${length}\n`;
  const pduLine = ({ role, peer, direction, bytes }: PduEntry) =>
    `${time()} ${role} ${peer} ${direction} ${bytes.toString("hex")}\n`;
  return {
    command: options.commands ? (entry) => sink.write(line(entry)) : undefined,
    ...(options.pdus ? { pdu: (entry: PduEntry) => sink.write(pduLine(entry)) } : {}),
    note: (role, text, detail = {}) => {
      const facts = Object.entries(detail).map(([name, value]) => ` ${name} ${value}`);
      sink.write(`${time()} ${role} ${text}${facts.join("")}\n`);
    },
  };
}

function nameOf(commandId: number): string {
  return commandById(commandId)?.name ?? "unknown";
}

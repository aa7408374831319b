import type { RoleName } from "./role-name.js";

/** OBS-01: one received command, heartbeats excepted. */
export interface CommandEntry {
  readonly role: RoleName;
  /** `127.0.0.1:51234` */
  readonly peer: string;
  /** 0 before login and on links between servers. */
  readonly userId: number;
  readonly commandId: number;
  readonly seqNum: number;
  /** Whole PDU in bytes. */
  readonly length: number;
}

/** One PDU as it is on the wire, for `--log-pdu`; passwords and tokens are covered up. */
export interface PduEntry {
  readonly role: RoleName;
  readonly peer: string;
  readonly direction: "in" | "out";
  readonly bytes: Buffer;
}

/** Where servers report to. Never given a password or a token, and message content only where `pdu` asks for it. */
export interface ServerLog {
  /** `undefined` when nobody listens, so that the hot path does not build entries for nothing. */
  readonly command: ((entry: CommandEntry) => void) | undefined;
  /** Absent unless somebody wants to see every PDU. */
  readonly pdu?: (entry: PduEntry) => void;
  /** A change of state worth a line: a link opened, a server registered. */
  note(role: RoleName, text: string, detail?: NoteDetail): void;
  /** The same of what somebody may have to look after: a link lost, a peer dropped, a request failed. */
  trouble(role: RoleName, text: string, detail?: NoteDetail): void;
}

export type NoteDetail = Readonly<Record<string, string | number>>;

export const silentLog: ServerLog = { command: undefined, note: () => {}, trouble: () => {} };

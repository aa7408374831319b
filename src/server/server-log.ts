import type { RoleName } from "./running-role.js";

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

/** Where servers report to. Never given a password, a token or message content. */
export interface ServerLog {
  /** `undefined` when nobody listens, so that the hot path does not build entries for nothing. */
  readonly command: ((entry: CommandEntry) => void) | undefined;
  /** A change of state worth a line: a link opened or lost, a peer dropped. */
  note(role: RoleName, text: string, detail?: Readonly<Record<string, string | number>>): void;
}

export const silentLog: ServerLog = { command: undefined, note: () => {} };

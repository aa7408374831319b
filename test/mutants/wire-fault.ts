import type { ClientType, UserStatType } from "../../src/codec/generated/enums.js";
import type { PassingPdu } from "./passing-pdu.js";

/** One connection that goes through a faulty wire, and what is known of who uses it. */
export interface FaultyLine {
  /** 0 before the login. */
  readonly userId: number;
  readonly clientType: ClientType | 0;
  readonly isMobile: boolean;
  /** What its login asked for (LGN-03). */
  readonly onlineStatus: UserStatType | 0;
  /** A login on it was answered with a refusal. */
  readonly isRefused: boolean;
  /** Every open line of the same wires, this one included. */
  readonly all: readonly FaultyLine[];
  toClient(pdu: Buffer): void;
  toServer(pdu: Buffer): void;
  /** Closes both sides, after what is under way. */
  close(): void;
  /** Does something later, unless the line is gone by then. */
  later(ms: number, work: () => void): void;
}

/** What goes on in place of a PDU: nothing when empty, the PDU itself when `undefined`. */
export type InPlace = readonly Buffer[] | undefined;

/** What is wrong with a server, as one sees it on its connections. */
export interface WireFault {
  /** Of what the client sends, before it reaches the server. */
  received?(pdu: PassingPdu, line: FaultyLine): InPlace;
  /** Of what the server sends. */
  sent?(pdu: PassingPdu, line: FaultyLine): InPlace;
  /** Of the bytes of one read from the client. */
  read?(bytes: Buffer, line: FaultyLine): Buffer;
  /** Of the bytes of one write of the server, where they are no PDUs. */
  written?(bytes: Buffer): Buffer;
  /** The server closed: `true` leaves the client's side open, and mute. */
  staysOpen?(line: FaultyLine): boolean;
  /** The client closed: `true` does not tell the server. */
  missesClose?(line: FaultyLine): boolean;
  opened?(line: FaultyLine): void;
}
